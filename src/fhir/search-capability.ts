import { RESOURCE_TYPES } from './resource-type.ts';
import { REVIEW_SYSTEM } from './review-state.ts';
import { isFollowed } from './search/followed-reference.ts';
import type { SearchParameter } from './search/search-parameter.ts';
import { type SearchParameters, shapeOf } from './search/search-parameters.ts';
import { ValueKindsOf } from './search/value-kinds.ts';

/** Members of `CapabilityStatement.rest.resource` that say what a type is found by. */
export interface SearchCapability {
  readonly searchParam: readonly SearchParamCapability[];
  readonly searchInclude: readonly string[];
  readonly searchRevInclude: readonly string[];
}

export interface SearchParamCapability {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
  readonly documentation?: string;
}

/** What every type is found by, beside the parameters that R4 defines by an expression. */
const COMMON: readonly SearchParamCapability[] = [
  {
    name: '_content',
    type: 'string',
    definition: 'http://hl7.org/fhir/SearchParameter/Resource-content',
    documentation: 'Words that all stand anywhere in the resource.',
  },
  { name: '_has', type: 'string', documentation: 'Reverse chaining: _has:[type]:[reference]:[parameter].' },
  { name: '_list', type: 'string', documentation: 'The resources that a List refers to, by its id.' },
  {
    name: 'review-time',
    type: 'date',
    documentation: `When the resource was reviewed (${REVIEW_SYSTEM}).`,
  },
  {
    name: 'reviewed',
    type: 'token',
    documentation: `true or false: whether the resource was reviewed (${REVIEW_SYSTEM}).`,
  },
];

const TEXT: SearchParamCapability = {
  name: '_text',
  type: 'string',
  definition: 'http://hl7.org/fhir/SearchParameter/DomainResource-text',
  documentation: 'Words that all stand in the narrative.',
};

/** What all types have in common, for a search over several. */
export const SYSTEM_SEARCH: readonly SearchParamCapability[] = [
  { name: '_type', type: 'token', documentation: 'The resource types to search, with commas between.' },
  ...COMMON,
];

/** What each resource type is found by. */
export function searchCapabilities(parameters: SearchParameters): ReadonlyMap<string, SearchCapability> {
  const kinds = new ValueKindsOf(parameters.definitions);
  const isIncluded = (parameter: SearchParameter) => isFollowed(parameter, kinds);
  const references = RESOURCE_TYPES.flatMap((type) =>
    [...parameters.ofType(type).values()].filter(isIncluded).map((parameter) => ({ type, parameter })),
  );
  return new Map(
    RESOURCE_TYPES.map((type) => {
      const own = [...parameters.ofType(type).values()];
      const searchParam = [
        ...own.filter((parameter) => shapeOf(parameter) !== undefined).map(described),
        ...COMMON,
        ...(parameters.find(type, TEXT.name) === undefined ? [] : [TEXT]),
      ].sort((a, b) => (a.name < b.name ? -1 : 1));
      const searchInclude = own.filter(isIncluded).map(({ code }) => `${type}:${code}`);
      const searchRevInclude = references
        .filter(({ parameter }) => parameter.targets.includes(type))
        .map((reference) => `${reference.type}:${reference.parameter.code}`);
      return [type, { searchParam, searchInclude: ['*', ...searchInclude], searchRevInclude }];
    }),
  );
}

function described({ code, type, url }: SearchParameter): SearchParamCapability {
  return { name: code, type, definition: url };
}
