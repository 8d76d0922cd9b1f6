import { readFileSync } from 'node:fs';
import { loadDataType, OperationOutcomeError, validateResource } from '@medplum/core';
import { WarmfhirError } from '../../errors.ts';
import { isResourceType } from '../resource-type.ts';
import { DISTILLED, distilDefinitions } from './distil-definitions.ts';

/** So many problems are named; whoever mends them finds the others at the next try. */
const NAMED_PROBLEMS = 5;

type Loadable = Parameters<typeof loadDataType>[0];

/** What is read of an OperationOutcome's issue. */
interface Issue {
  readonly severity: string;
  readonly details?: { readonly text?: string };
  readonly diagnostics?: string;
  readonly expression?: readonly string[];
}

type Checkable = Parameters<typeof validateResource>[0];

/**
 * Holds resources against R4's structure definitions: element names, cardinalities, data types and the form of
 * primitive values. Not checked: invariants, bindings and profiles.
 *
 * The definitions of a resource type are read when the first resource of that type comes along.
 */
export class StructureCheck {
  readonly #definitions: Record<string, string>;
  readonly #loaded = new Set<string>();

  constructor(path: string = DISTILLED) {
    distilDefinitions(path);
    this.#definitions = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    for (const name of Object.keys(this.#definitions)) if (!isResourceType(name)) this.#load(name);
  }

  /**
   * @param resource from `JSON.parse`; its type is known
   * @throws resource-invalid, naming the first problems with their places
   */
  require(resource: Readonly<Record<string, unknown>>): void {
    this.#requireForm(resource, String(resource.resourceType), true);
    try {
      validateResource(resource as unknown as Checkable, { base64BinaryMaxBytes: Number.POSITIVE_INFINITY });
    } catch (cause) {
      if (cause instanceof WarmfhirError) throw cause;
      const problems = problemsOf(cause, resource);
      if (problems?.length === 0) return;
      throw new WarmfhirError('resource-invalid', describe(problems, resource.resourceType), { cause });
    }
  }

  /**
   * What holds for every value of FHIR's JSON, and what the validator lets pass: nothing is empty, and a resource within
   * a resource has a type. The types that are met on the way are loaded.
   * See https://hl7.org/fhir/R4/json.html
   */
  #requireForm(value: unknown, path: string, isResource: boolean): void {
    if (value === '') throw problem(path, 'Invalid empty value');
    if (typeof value !== 'object' || value === null) {
      if (isResource) throw problem(path, 'Expected a resource');
      return;
    }
    if (Array.isArray(value)) {
      if (value.length === 0) throw problem(path, 'Invalid empty value');
      for (let index = 0; index < value.length; index++)
        this.#requireForm(value[index], `${path}[${index}]`, isResource);
      return;
    }
    const { resourceType } = value as { resourceType?: unknown };
    if (isResource || typeof resourceType === 'string') this.#requireType(resourceType, path);
    const keys = Object.keys(value);
    if (keys.length === 0) throw problem(path, 'Invalid empty value');
    for (const key of keys) {
      this.#requireForm(
        (value as Record<string, unknown>)[key],
        `${path}.${key}`,
        RESOURCE_PLACE.test(`${path}.${key}`),
      );
    }
  }

  #requireType(resourceType: unknown, path: string): void {
    if (typeof resourceType === 'string' && isResourceType(resourceType)) this.#load(resourceType);
    else
      throw problem(
        path,
        `FHIR R4 has no resource type ${(JSON.stringify(resourceType) ?? 'undefined').slice(0, 80)}`,
      );
  }

  #load(name: string): void {
    if (this.#loaded.has(name)) return;
    loadDataType(JSON.parse(this.#definitions[name]!) as Loadable);
    this.#loaded.add(name);
  }
}

/** Where a resource stands within another. */
const RESOURCE_PLACE =
  /^\w+\.contained$|^Bundle\.entry\[\d+\]\.resource$|^Parameters(?:\.(?:parameter|part)\[\d+\])+\.resource$/;

function problem(path: string, text: string): WarmfhirError {
  return new WarmfhirError('resource-invalid', `${path}: ${text}.`);
}

/** What is wrong in R4's eyes: the validator is stricter than the standard in two places. */
function problemsOf(
  error: unknown,
  resource: Readonly<Record<string, unknown>>,
): readonly Issue[] | undefined {
  // The validator also throws plain errors, for values that no JSON of a resource has.
  if (!(error instanceof OperationOutcomeError)) return undefined;
  const issues = error.outcome.issue as readonly Issue[];
  return issues.filter((issue) => issue.severity === 'error' && !isAllowed(issue, resource));
}

function isAllowed(issue: Issue, resource: Readonly<Record<string, unknown>>): boolean {
  const text = issue.details?.text ?? '';
  const path = issue.expression?.[0] ?? '';
  // The limit of 1 MB is one of strings, not of narrative. https://hl7.org/fhir/R4/datatypes.html#string
  if (text.startsWith('String cannot be larger')) return path.endsWith('.div');
  // White space may stand between groups of four. https://hl7.org/fhir/R4/datatypes.html#base64Binary
  if (!text.startsWith('Invalid base64Binary')) return false;
  const value = valueAt(resource, path);
  return typeof value === 'string' && BASE64.test(value.replaceAll(/\s/g, ''));
}

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=|[A-Za-z\d+/]{4})$/;

/** The value at a path of the form `Media.content.data` or `Patient.photo[0].data`. */
function valueAt(resource: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = resource;
  for (const step of path.split(/[.[\]]+/).slice(1)) {
    if (step !== '') value = (value as Record<string, unknown> | undefined)?.[step];
  }
  return value;
}

function describe(problems: readonly Issue[] | undefined, type: unknown): string {
  if (problems === undefined) return `The ${String(type)} does not have the structure of FHIR R4.`;
  const named = problems
    .slice(0, NAMED_PROBLEMS)
    .map((issue) =>
      [issue.expression?.[0], issue.details?.text ?? issue.diagnostics].filter(Boolean).join(': '),
    );
  const rest = problems.length - named.length;
  return `${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}
