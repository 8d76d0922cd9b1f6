import { ERROR_CATEGORIES, ERRORS, issueInEntry, type WarmfhirError } from '../errors.ts';

export interface OutcomeIssue {
  /** Default: error. */
  readonly severity?: 'error' | 'warning' | 'information';
  /** From https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: string;
  readonly diagnostics: string;
  /** FHIRPath of the element in question. */
  readonly expression?: string;
}

/** An OperationOutcome as JSON text. See https://hl7.org/fhir/R4/operationoutcome.html */
export function operationOutcome(...issues: readonly OutcomeIssue[]): string {
  const issue = issues.map(({ severity = 'error', code, diagnostics, expression }) => ({
    severity,
    code,
    diagnostics,
    ...(expression !== undefined && { expression: [expression] }),
  }));
  return JSON.stringify({ resourceType: 'OperationOutcome', issue });
}

/** What a FHIR client is told of an error, issue by issue. Internal errors keep their detail to the log. */
export function outcomeOfError(error: WarmfhirError): string {
  const code = ERROR_CATEGORIES[error.category].issue;
  if (error.issues.length > 0) return operationOutcome(...error.issues.map((issue) => ({ code, ...issue })));
  return operationOutcome({
    code,
    diagnostics: error.code === 'internal' ? ERRORS.internal[1] : error.detail,
  });
}

/** An OperationOutcome, JSON text, as one on the entry at a position of a Bundle. */
export function outcomeInEntry(outcome: string, index: number): string {
  const { issue } = JSON.parse(outcome) as {
    readonly issue: readonly (Omit<OutcomeIssue, 'expression'> & {
      readonly expression?: readonly string[];
    })[];
  };
  return operationOutcome(
    ...issue.map(({ diagnostics, expression = [], ...others }) => ({
      ...others,
      ...issueInEntry({ diagnostics, ...(expression[0] && { expression: expression[0] }) }, index),
    })),
  );
}
