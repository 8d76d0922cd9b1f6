import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import type { ParsedSearch } from '../../fhir/search/parsed-search.ts';
import type { StoredDocument } from '../../store/document.ts';
import type { Expectation } from '../../store/write.ts';
import type { Criteria } from '../../transaction/transaction-plan.ts';
import type { ApiContext } from '../api-context.ts';
import { FORMAT, requireEncoded } from '../query.ts';

/** So many resources one conditional delete takes. */
const MOST_MATCHES = 10_000;
/** Documents that a search gives at once. */
const AT_ONCE = 500;
/** So often a conditional request is decided anew when what it matches has changed meanwhile. */
const MOST_ATTEMPTS = 50;

/** What criteria match. */
export interface Matches {
  /** Says in the transaction that they still match the same. */
  readonly expectation: Expectation;
  readonly ids: readonly string[];
  /** The first that was found. */
  readonly first: StoredDocument | undefined;
}

/**
 * What the criteria of a conditional request match: all of it, or, unless all is asked for, at most two.
 *
 * @param bases base URLs of the server, without a slash at the end
 * @throws parameter-invalid for criteria that say nothing or more than what to match, parameter-empty, criteria-ambiguous where more than
 * 10,000 match, and what searches throw
 */
export async function findMatches(
  api: ApiContext,
  collection: TenantCollection,
  criteria: Criteria,
  options: { readonly all: boolean; readonly bases: readonly string[] },
): Promise<Matches> {
  const { type } = criteria;
  const types = await parsedCriteria(api, collection, criteria, options.bases);
  const ids: string[] = [];
  let first: StoredDocument | undefined;
  let cursor: string | undefined;
  do {
    const page = await collection.search({
      ...{ types, sort: [], includes: [], total: 'none' },
      count: options.all ? AT_ONCE : 2,
      ...(cursor === undefined ? {} : { cursor }),
    });
    first ??= page.matches[0];
    ids.push(...page.matches.map(({ id }) => id));
    cursor = options.all ? page.next : undefined;
    if (ids.length > MOST_MATCHES) {
      throw new WarmfhirError(
        'criteria-ambiguous',
        `More than ${MOST_MATCHES} resources match the criteria.`,
      );
    }
  } while (cursor !== undefined);
  return { ids, first, expectation: { kind: 'expect', type, criterion: types[0]!.criterion, ids } };
}

/** Criteria as a search. Throws what `findMatches` throws for criteria that are none. */
export async function parsedCriteria(
  api: ApiContext,
  collection: TenantCollection,
  { type, query }: Criteria,
  bases: readonly string[],
): Promise<ParsedSearch['types']> {
  requireEncoded(query);
  const sent = [...new URLSearchParams(query)].filter(([name]) => !FORMAT.has(name));
  const scope = { types: [type], typed: true, lenient: false, now: api.clock.now(), bases };
  const parsed = await api.searchParser.parse(sent, scope, api.terminology(collection));
  requireCriteria(sent.length, parsed);
  return parsed.types;
}

/** The one resource that matches, or undefined. Throws criteria-ambiguous. */
export function oneMatch({ ids, first }: Matches, { type, query }: Criteria): StoredDocument | undefined {
  if (ids.length > 1) {
    throw new WarmfhirError('criteria-ambiguous', `Several resources match ${type}?${query}.`);
  }
  return first;
}

/** Runs a conditional request until what it matched has not changed before it was written. */
export async function untilSettled<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const isMoved = error instanceof WarmfhirError && error.code === 'write-contended';
      if (!isMoved || count === MOST_ATTEMPTS) throw error;
    }
  }
}

function requireCriteria(sent: number, parsed: ParsedSearch): void {
  if (sent === 0) throw new WarmfhirError('parameter-invalid', 'A conditional request needs criteria.');
  // A search does without parameters that are empty; a write must not meet more than was meant.
  const [left] = parsed.ignored;
  if (left !== undefined) {
    throw new WarmfhirError('parameter-empty', `The parameter ${left.name} has no value.`);
  }
  const { sort, includes, count, total, summary, elements } = parsed;
  const isMore = sort.length + includes.length > 0;
  if (isMore || [count, total, summary, elements].some((value) => value !== undefined)) {
    throw new WarmfhirError(
      'parameter-invalid',
      'Criteria say what to match: they have no _sort, _include, _count, _total, _summary or _elements.',
    );
  }
}
