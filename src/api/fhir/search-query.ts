import { WarmfhirError } from '../../errors.ts';
import { parseInstantRange } from '../../fhir/last-updated.ts';
import { isResourceId } from '../../fhir/resource-id.ts';
import type { DocumentFilter } from '../../store/page.ts';
import { single, truth, unknownParameter, wholeNumber } from '../query.ts';

const SEARCH_PARAMETERS = ['_id', '_lastUpdated', 'reviewed'];
/** What decides the form of the answer; `_page` is the position that paging links carry. */
const RESULT_PARAMETERS = ['_count', '_total', '_page', '_format', '_pretty'];
const KNOWN = [...SEARCH_PARAMETERS, ...RESULT_PARAMETERS];

const MOST_PER_PAGE = 1000;
const DEFAULT_PER_PAGE = 20;

export interface SearchQuery {
  readonly filter: DocumentFilter;
  /** 0 asks for the total alone. */
  readonly count: number;
  readonly total: boolean;
  readonly page: string | undefined;
  /** The search as it was understood, without the position: the same for all of its pages. */
  readonly text: string;
  /** What was left out because it is unknown here: a sentence each. */
  readonly ignored: readonly string[];
}

/**
 * Reads the parameters of a search on one type. A larger `_count` than the server gives is lowered.
 * See https://hl7.org/fhir/R4/search.html
 *
 * @param search.lenient leave unknown parameters out
 * @param search.now milliseconds since the epoch, for `ap`
 * @throws parameter-unknown, parameter-invalid
 */
export function searchQuery(search: {
  readonly type: string;
  readonly parameters: URLSearchParams;
  readonly lenient: boolean;
  readonly now: number;
}): SearchQuery {
  const { type, parameters, lenient, now } = search;
  const unknown = [...new Set(parameters.keys())].filter((name) => !KNOWN.includes(name));
  const ignored = unknown.map((name) => unknownParameter(name, [...SEARCH_PARAMETERS, '_count', '_total']));
  if (ignored.length > 0 && !lenient) throw new WarmfhirError('parameter-unknown', ignored.join(' '));

  const limits = { least: 0, most: Number.MAX_SAFE_INTEGER, absent: DEFAULT_PER_PAGE };
  const count = Math.min(MOST_PER_PAGE, wholeNumber(parameters, '_count', limits));
  const total = totalMode(parameters);
  const reviewed = truth(parameters, 'reviewed');
  const ids = parameters.getAll('_id').map(idList);
  const lastUpdated = parameters.getAll('_lastUpdated');

  const text = new URLSearchParams();
  for (const list of ids) text.append('_id', list.join(','));
  for (const range of lastUpdated) text.append('_lastUpdated', range);
  if (reviewed !== undefined) text.append('reviewed', String(reviewed));
  if (parameters.has('_count')) text.append('_count', String(count));
  if (total !== undefined) text.append('_total', total);

  return {
    filter: {
      type,
      ...(ids.length === 0 ? {} : { ids: intersection(ids) }),
      ...(lastUpdated.length === 0
        ? {}
        : { lastUpdated: lastUpdated.map((range) => parseInstantRange(range, now)) }),
      ...(reviewed === undefined ? {} : { reviewed }),
    },
    count,
    total: total !== 'none',
    page: single(parameters, '_page'),
    text: text.toString(),
    ignored,
  };
}

function idList(value: string): readonly string[] {
  const ids = value.split(',');
  if (ids.every(isResourceId)) return [...new Set(ids)];
  throw new WarmfhirError(
    'parameter-invalid',
    'The parameter _id is one or more resource ids, 1 to 64 characters of [A-Za-z0-9.-] each, with commas between.',
  );
}

/** A parameter that is repeated must hold each time. */
function intersection(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists.map((list) => new Set(list));
  return [...first].filter((id) => others.every((other) => other.has(id)));
}

function totalMode(parameters: URLSearchParams): 'none' | 'estimate' | 'accurate' | undefined {
  const value = single(parameters, '_total');
  if (value === undefined || value === 'none' || value === 'estimate' || value === 'accurate') return value;
  throw new WarmfhirError('parameter-invalid', 'The parameter _total is none, estimate or accurate.');
}
