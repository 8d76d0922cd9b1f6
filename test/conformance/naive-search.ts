import { resourceTypeCode } from '../../src/fhir/resource-type.ts';
import type { Criterion, RangeTest, Test } from '../../src/fhir/search/criterion.ts';
import type { CompositePart, IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { Include, SortKey } from '../../src/fhir/search/parsed-search.ts';

/** A document as plain memory holds it. */
export interface NaiveDocument {
  readonly type: string;
  readonly id: string;
  /** Newer documents have higher ones. */
  readonly order: number;
  readonly lastUpdated: number;
  readonly reviewTime: number | null;
  readonly indexed: IndexedValues;
}

/** What searches have to find, found by looking at every document. */
export class NaiveCollection {
  readonly documents = new Map<string, NaiveDocument>();

  matches(type: string, criterion: Criterion): NaiveDocument[] {
    return [...this.documents.values()].filter(
      (document) => document.type === type && this.satisfies(document, criterion),
    );
  }

  satisfies(document: NaiveDocument, criterion: Criterion): boolean {
    const { indexed } = document;
    switch (criterion.kind) {
      case 'all':
        return criterion.of.every((part) => this.satisfies(document, part));
      case 'any':
        return criterion.of.some((part) => this.satisfies(document, part));
      case 'not':
        return !this.satisfies(document, criterion.of);
      case 'present':
        return indexed[criterion.shape].some(([parameter]) => parameter === criterion.parameter);
      case 'index':
        return criterion.tests.some((test) => rowSatisfies(indexed, criterion.parameter, test));
      case 'composite':
        return indexed.composite.some(
          ([parameter, ...parts]) =>
            parameter === criterion.parameter &&
            criterion.tests.some((tests) => tests.every((test, index) => partSatisfies(parts[index]!, test))),
        );
      case 'chain':
        return indexed.reference.some(([parameter, type, id, base]) => {
          if (parameter !== criterion.parameter || type !== criterion.type || base !== '') return false;
          const target = this.documents.get(`${type}/${id}`);
          return target !== undefined && this.satisfies(target, criterion.of);
        });
      case 'has':
        return this.matches(criterion.type, criterion.of).some(({ indexed: theirs }) =>
          theirs.reference.some(
            ([parameter, type, id, base]) =>
              parameter === criterion.parameter &&
              type === document.type &&
              id === document.id &&
              base === '',
          ),
        );
      case 'id':
        return criterion.ids.includes(document.id);
      case 'last-updated':
        return inRange(document.lastUpdated, document.lastUpdated + 1, criterion.test);
      case 'reviewed':
        return (document.reviewTime !== null) === criterion.reviewed;
      case 'review-time':
        return (
          document.reviewTime !== null &&
          inRange(document.reviewTime, document.reviewTime + 1, criterion.test)
        );
      case 'words':
        throw new Error('not a criterion of this model');
    }
  }

  sorted(documents: readonly NaiveDocument[], keys: readonly SortKey[]): NaiveDocument[] {
    return [...documents].sort((a, b) => {
      for (const key of keys) {
        const compared = compare(sortValue(a, key), sortValue(b, key), key.descending);
        if (compared !== 0) return compared;
      }
      return b.order - a.order;
    });
  }

  included(matches: readonly NaiveDocument[], includes: readonly Include[]): NaiveDocument[] {
    const found = new Set<NaiveDocument>();
    let from = matches;
    for (let round = 0; from.length > 0; round++) {
      const next: NaiveDocument[] = [];
      for (const include of includes.filter(({ iterate }) => round === 0 || iterate)) {
        for (const document of from) {
          for (const other of this.#reached(document, include)) {
            if (found.has(other) || matches.includes(other)) continue;
            found.add(other);
            next.push(other);
          }
        }
      }
      from = next;
    }
    return [...found];
  }

  #reached(document: NaiveDocument, include: Include): NaiveDocument[] {
    const { direction, source, parameters, target } = include;
    const follows = (from: NaiveDocument, to: NaiveDocument) =>
      from.type === source &&
      (direction === 'include'
        ? target === undefined || to.type === target
        : target === undefined || to.type === target) &&
      from.indexed.reference.some(
        ([parameter, type, id, base]) =>
          parameters.includes(parameter) && base === '' && type === to.type && id === to.id,
      );
    return [...this.documents.values()].filter((other) =>
      direction === 'include' ? follows(document, other) : follows(other, document),
    );
  }
}

function rowSatisfies(values: IndexedValues, number: number, test: Test): boolean {
  const rows = <Row extends readonly [number, ...unknown[]]>(list: readonly Row[]) =>
    list.filter(([parameter]) => parameter === number);
  switch (test.kind) {
    case 'token':
      return rows(values.token).some(([, system, code]) => isToken(test, system, code));
    case 'identifier':
      return rows(values.identifier).some(([, system, code]) => isToken(test, system, code));
    case 'token-text':
      return rows(values.tokenText).some(([, folded]) => folded.includes(test.folded));
    case 'string':
      return rows(values.string).some(([, folded, exact]) => isString(test, folded, exact));
    case 'range':
      return rows([...values.date, ...values.number]).some(([, from, until]) => inRange(from, until, test));
    case 'quantity':
      return rows(values.quantity).some(
        ([, system, code, from, until]) => isUnit(test, system, code) && inRange(from, until, test.range),
      );
    case 'reference':
      return rows(values.reference).some(([, ...row]) => isReference(test, row));
    case 'uri':
      return rows(values.uri).some(([, uri]) => isUri(test, uri));
  }
}

function partSatisfies(part: CompositePart, test: Test): boolean {
  if ('token' in part) return test.kind === 'token' && isToken(test, ...part.token);
  if ('string' in part) return test.kind === 'string' && isString(test, ...part.string);
  if ('date' in part) return test.kind === 'range' && inRange(...part.date, test);
  if ('number' in part) return test.kind === 'range' && inRange(...part.number, test);
  if ('quantity' in part) {
    const [system, code, from, until] = part.quantity;
    return test.kind === 'quantity' && isUnit(test, system, code) && inRange(from, until, test.range);
  }
  if ('reference' in part) return test.kind === 'reference' && isReference(test, part.reference);
  return test.kind === 'uri' && isUri(test, part.uri);
}

function isToken(test: { system?: string; code?: string }, system: string, code: string): boolean {
  return (test.system ?? system) === system && (test.code ?? code) === code;
}

function isString(test: Extract<Test, { kind: 'string' }>, folded: string, exact: string): boolean {
  if (test.mode === 'exact') return exact === test.text;
  return test.mode === 'prefix' ? folded.startsWith(test.text) : folded.includes(test.text);
}

function isUnit(test: { system?: string; code?: string }, system: string, code: string): boolean {
  return test.system === undefined
    ? system !== 'ucum-base' && (test.code ?? code) === code
    : isToken(test, system, code);
}

function isReference(
  test: Extract<Test, { kind: 'reference' }>,
  [type, id, base, version]: readonly [string, string, string, string],
): boolean {
  return (
    (test.type ?? type) === type &&
    (test.id ?? id) === id &&
    (test.base ?? base) === base &&
    (test.version ?? version) === version
  );
}

function isUri(test: Extract<Test, { kind: 'uri' }>, uri: string): boolean {
  const folder = (text: string) => (text.endsWith('/') ? text : `${text}/`);
  if (uri === test.uri) return true;
  if (test.mode === 'below') return uri.startsWith(folder(test.uri));
  return test.mode === 'above' && folder(test.uri).startsWith(folder(uri));
}

function inRange(low: number, high: number, { comparison, from, until }: RangeTest): boolean {
  const within = low >= from && high <= until;
  switch (comparison) {
    case 'eq':
      return within;
    case 'ne':
      return !within;
    case 'gt':
      return high > until;
    case 'lt':
      return low < from;
    case 'ge':
      return high > until || within;
    case 'le':
      return low < from || within;
    case 'sa':
      return low >= until;
    case 'eb':
      return high <= from;
    case 'overlaps':
      return low < until && high > from;
  }
}

function sortValue(document: NaiveDocument, { by, descending }: SortKey): string | number | null {
  switch (by.kind) {
    case 'id':
      return document.id;
    case 'last-updated':
      return document.lastUpdated;
    case 'reviewed':
      return document.reviewTime === null ? 0 : 1;
    case 'review-time':
      return document.reviewTime;
    case 'index': {
      const own = by.parameters.find(
        (number) => Math.floor(number / 256) === resourceTypeCode(document.type),
      );
      const values = valuesOf(document.indexed, by.shape, own, descending);
      values.sort((a, b) => (a < b ? -1 : 1));
      return (descending ? values.at(-1) : values[0]) ?? null;
    }
  }
}

function valuesOf(
  values: IndexedValues,
  shape: Extract<SortKey['by'], { kind: 'index' }>['shape'],
  number: number | undefined,
  descending: boolean,
): (string | number)[] {
  const rows = <Row extends readonly [number, ...unknown[]]>(list: readonly Row[]) =>
    list.filter(([parameter]) => parameter === number);
  switch (shape) {
    case 'token':
      return rows(values.token)
        .map(([, , code]) => code)
        .filter((code) => code !== '');
    case 'string':
      return rows(values.string).map(([, folded]) => folded);
    case 'date':
    case 'number':
      return rows(values[shape]).map(([, from, until]) => (descending ? until : from));
    case 'quantity':
      return rows(values.quantity)
        .filter(([, system]) => system !== 'ucum-base')
        .map(([, , , from, until]) => (descending ? until : from));
    case 'reference':
      return rows(values.reference)
        .map(([, , id]) => id)
        .filter((id) => id !== '');
    case 'uri':
      return rows(values.uri).map(([, uri]) => uri);
    case 'composite':
      return [];
  }
}

function compare(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return (a < b ? -1 : 1) * (descending ? -1 : 1);
}
