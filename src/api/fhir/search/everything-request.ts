import { WarmfhirError } from '../../../errors.ts';
import { parseInstantRange } from '../../../fhir/last-updated.ts';
import { isResourceType } from '../../../fhir/resource-type.ts';
import type { RangeTest } from '../../../fhir/search/criterion.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { hasBody, jsonBody } from '../../json-body.ts';
import { unknownParameter } from '../../query.ts';
import { prefersLenient } from '../preference.ts';
import { parametersBody } from './parameters-body.ts';
import { type Parameter, type SearchRequest, searchRequest } from './search-request.ts';

const PARAMETERS = ['_since', '_type', '_count', 'start', 'end'];
const MOST_PER_PAGE = 1000;
/** Ends of a range that is open, as index rows have them. */
const OPEN = 8.64e15;
const DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** What a call of `$everything` asks for. */
export interface EverythingRequest {
  readonly sent: SearchRequest;
  readonly parameters: readonly Parameter[];
  /** Sentences on those that were left out, because the client allows it. */
  readonly ignored: readonly string[];
  /** Only these types; absent: all. */
  readonly types?: ReadonlySet<string>;
  /** Only what was written at this time or later, milliseconds since the epoch. */
  readonly since?: number;
  /** Only care given in this range. */
  readonly careDates?: RangeTest;
  readonly count: number;
}

/**
 * The parameters of `$everything`, from the address or from a Parameters resource.
 * See https://hl7.org/fhir/R4/patient-operation-everything.html
 *
 * @throws parameter-unknown (unless the client is lenient), parameter-invalid, and what reading the body throws
 */
export function everythingRequest(request: ApiRequest, { clock }: ApiContext): EverythingRequest {
  const sent = searchRequest(request, { body: false });
  const inBody = hasBody(request)
    ? jsonBody(request, parametersBody).parameter.map((one): Parameter => [one.name, one.value])
    : [];
  const given = [...sent.search, ...inBody];
  const isKnown = ([name]: Parameter) => PARAMETERS.includes(name);
  const ignored = given.filter((one) => !isKnown(one)).map(([name]) => unknownParameter(name, PARAMETERS));
  const [unknown] = ignored;
  if (unknown !== undefined && !prefersLenient(request))
    throw new WarmfhirError('parameter-unknown', unknown);
  const parameters = given.filter(isKnown);
  const once = (name: string) => {
    const values = parameters.filter(([one]) => one === name);
    if (values.length <= 1) return values[0]?.[1];
    throw new WarmfhirError('parameter-invalid', `The parameter ${name} is given twice.`);
  };
  const instant = (name: string) => {
    // A plus sign in a query stands for a space, and time zones have it.
    const value = once(name)?.replace(' ', '+');
    if (value === undefined) return undefined;
    if (!DATE.test(value)) {
      throw new WarmfhirError('parameter-invalid', `The parameter ${name} is a date or an instant.`);
    }
    return parseInstantRange(value, clock.now());
  };
  const types = typesOf(parameters);
  const since = instant('_since')?.from;
  const from = instant('start')?.from;
  const until = instant('end')?.until;
  const ranged = from !== undefined || until !== undefined;
  return {
    sent,
    parameters,
    ignored,
    ...(types.size > 0 && { types }),
    ...(since !== undefined && { since }),
    ...(ranged && {
      careDates: { kind: 'range', comparison: 'overlaps', from: from ?? -OPEN, until: until ?? OPEN },
    }),
    count: countOf(once('_count')),
  };
}

function typesOf(parameters: readonly Parameter[]): ReadonlySet<string> {
  const types = parameters.filter(([name]) => name === '_type').flatMap(([, value]) => value.split(','));
  const unknown = types.find((type) => !isResourceType(type));
  if (unknown === undefined) return new Set(types);
  throw new WarmfhirError(
    'parameter-invalid',
    `The parameter _type names ${JSON.stringify(unknown)}, which is no resource type of R4.`,
  );
}

/** Where the client names none, a page is as long as pages may be. */
function countOf(text: string | undefined): number {
  if (text === undefined) return MOST_PER_PAGE;
  if (!/^\d{1,15}$/.test(text)) {
    throw new WarmfhirError('parameter-invalid', 'The parameter _count is a whole number from 0.');
  }
  return Math.min(MOST_PER_PAGE, Number(text));
}
