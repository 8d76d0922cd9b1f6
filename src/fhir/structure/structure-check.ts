import { OperationOutcomeError, validateResource } from '@medplum/core';
import { type ErrorIssue, WarmfhirError } from '../../errors.ts';
import { Definitions } from './definitions.ts';
import { FormCheck } from './form-check.ts';

/** So many of the validator's problems are named. */
const NAMED_PROBLEMS = 5;

type Checkable = Parameters<typeof validateResource>[0];

/** What is read of an OperationOutcome's issue. */
interface Issue {
  readonly severity: string;
  readonly details?: { readonly text?: string };
  readonly diagnostics?: string;
  readonly expression?: readonly string[];
}

/**
 * Holds resources against R4's structure definitions: element names, cardinalities, data types and the form of
 * primitive values. Not checked: invariants, bindings and profiles.
 *
 * The form comes first: the validator lets some of it pass (members named like those of JavaScript's objects, numbers
 * in the place of objects, two variants of a choice), and its work on a body made to be wrong in a million places is
 * not bounded. The definitions of a resource type are read when the first resource of that type comes along.
 */
export class StructureCheck {
  readonly #definitions: Definitions;

  constructor(definitions: Definitions = new Definitions()) {
    this.#definitions = definitions;
  }

  /**
   * @param resource from `JSON.parse`; its type is known
   * @throws resource-invalid, naming the first problems with their places in its detail and its issues
   */
  require(resource: Readonly<Record<string, unknown>>): void {
    const form = new FormCheck({
      members: this.#definitions.members,
      load: (type) => this.#definitions.load(type),
    });
    const problems = form.problemsOf(resource);
    if (problems.length > 0) throw invalid(problems);
    try {
      validateResource(resource as unknown as Checkable, { base64BinaryMaxBytes: Number.POSITIVE_INFINITY });
    } catch (cause) {
      const found = validatorProblems(cause, resource);
      if (found.length > 0) throw invalid(found, cause);
    }
  }
}

function validatorProblems(error: unknown, resource: Readonly<Record<string, unknown>>): ErrorIssue[] {
  // The validator also throws plain errors, for values that no JSON of a resource has.
  if (!(error instanceof OperationOutcomeError)) {
    const type = String(resource.resourceType);
    return [{ diagnostics: `${type}: It does not have the structure of FHIR R4`, expression: type }];
  }
  return (error.outcome.issue as readonly Issue[])
    .filter((issue) => issue.severity === 'error' && !isJudgedByForm(issue))
    .map(({ expression, details, diagnostics }) => {
      const text = details?.text ?? diagnostics ?? 'Invalid value';
      const place = expression?.[0];
      return place === undefined
        ? { diagnostics: text }
        : { diagnostics: `${place}: ${text}`, expression: place };
    });
}

const JUDGED_BY_FORM =
  /^(String (cannot be larger|must contain)|Invalid (base64Binary|code|uri|url|canonical) format)/;

/** Where the validator is stricter than R4, the check of the form has judged already. */
function isJudgedByForm({ details }: Issue): boolean {
  const text = details?.text ?? '';
  return JUDGED_BY_FORM.test(text);
}

function invalid(problems: readonly ErrorIssue[], cause?: unknown): WarmfhirError {
  const issues = problems.slice(0, NAMED_PROBLEMS);
  const rest = problems.length - issues.length;
  const named = issues.map(({ diagnostics }) => diagnostics).join('; ');
  return new WarmfhirError('resource-invalid', `${named}${rest > 0 ? `; and ${rest} more` : ''}.`, {
    cause,
    issues,
  });
}
