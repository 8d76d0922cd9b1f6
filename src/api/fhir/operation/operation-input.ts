import { WarmfhirError } from '../../../errors.ts';
import { parseJson } from '../../../fhir/parse-json.ts';
import { decoded } from '../../../fhir/patch/lexical-json.ts';
import { resourceHead } from '../../../source/bundle-entry.ts';
import type { ApiRequest } from '../../api-context.ts';
import { single, unknownParameter } from '../../query.ts';
import { prefersLenient } from '../preference.ts';

/** What an operation is given: in its address, in a Parameters resource, or a resource by itself. */
export interface OperationInput {
  /** The resource, JSON in UTF-8. */
  readonly resource?: Uint8Array;
  /** A parameter of a primitive type. */
  value(name: string): string | undefined;
}

interface Parameter {
  readonly name?: unknown;
  readonly resource?: unknown;
}

/**
 * Reads the input of an operation. A parameter in the body counts before one in the address.
 *
 * @param names of its parameters, `resource` among them where it takes one
 * @throws parameter-unknown for another one in the body (unless the client is lenient), encoding-invalid, json-malformed, body-invalid
 */
export function operationInput(
  request: ApiRequest,
  body: Uint8Array | undefined,
  names: readonly string[],
): OperationInput {
  const sent = new URLSearchParams(request.query);
  const given = body === undefined ? undefined : parametersOf(body);
  for (const { name } of prefersLenient(request) ? [] : (given ?? [])) {
    if (!names.includes(name as string)) {
      throw new WarmfhirError('parameter-unknown', unknownParameter(String(name), names));
    }
  }
  const value = (name: string) => primitive(given, name) ?? single(sent, name);
  if (body === undefined) return { value };
  if (given === undefined) return { resource: body, value };
  const resource = given.find(({ name }) => name === 'resource')?.resource;
  return { value, ...(resource === undefined ? {} : { resource: Buffer.from(JSON.stringify(resource)) }) };
}

/** The parameters of a Parameters resource; undefined for any other. */
function parametersOf(body: Uint8Array): readonly Parameter[] | undefined {
  if (resourceHead(body).type !== 'Parameters') return undefined;
  const { parameter = [] } = parseJson(decoded(body)) as { readonly parameter?: unknown };
  if (Array.isArray(parameter) && parameter.every((each) => typeof each === 'object' && each !== null)) {
    return parameter as readonly Parameter[];
  }
  throw new WarmfhirError('body-invalid', 'The member parameter is not a list of objects.');
}

function primitive(parameters: readonly Parameter[] | undefined, name: string): string | undefined {
  const found = parameters?.find((each) => each.name === name);
  const value = Object.entries(found ?? {}).find(([key]) => key.startsWith('value'))?.[1];
  if (value !== undefined && typeof value !== 'string') {
    throw new WarmfhirError('body-invalid', `The parameter ${name} has no text for its value.`);
  }
  return value;
}
