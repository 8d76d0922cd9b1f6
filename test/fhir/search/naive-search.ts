import { Extraction } from '../../../src/fhir/search/extraction.ts';
import type { ParsedSearch } from '../../../src/fhir/search/parsed-search.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';
import { SearchParser, type SearchScope } from '../../../src/fhir/search/search-parser.ts';
import type { Terminology } from '../../../src/fhir/search/terminology.ts';
import { R4Terminology } from '../../../src/fhir/terminology/r4-terminology.ts';
import { ValueSetExpansion } from '../../../src/fhir/terminology/value-set-expansion.ts';
import { NaiveCollection } from '../../conformance/naive-search.ts';

export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly [member: string]: unknown;
}

export const parameters = new SearchParameters();
const parser = new SearchParser(parameters);
const extraction = new Extraction(parameters);
const terminology: Terminology = new ValueSetExpansion(new R4Terminology());

export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** Reads a search below one type, as it would stand in an address. */
export function parse(type: string, query: string, scope: Partial<SearchScope> = {}): Promise<ParsedSearch> {
  const whole: SearchScope = {
    types: [type],
    typed: true,
    lenient: false,
    now: NOW,
    bases: ['http://localhost/fhir'],
    ...scope,
  };
  return parser.parse(new URLSearchParams(query), whole, terminology);
}

/** Ids of the resources that a search finds, by looking at each of them. */
export async function found(resources: readonly Resource[], type: string, query: string): Promise<string[]> {
  const collection = new NaiveCollection();
  for (const [order, resource] of resources.entries()) {
    const { resourceType, id = String(order) } = resource;
    collection.documents.set(`${resourceType}/${id}`, {
      type: resourceType,
      id,
      order,
      lastUpdated: NOW,
      reviewTime: null,
      indexed: extraction.indexedValues(resource),
    });
  }
  const { types } = await parse(type, query);
  return collection.matches(type, types[0]!.criterion).map(({ id }) => id);
}
