/**
 * Every error that warmfhir raises on purpose, as one table: code → category and one sentence.
 * The category decides the HTTP status and the FHIR issue type; docs/errors.md lists the same codes.
 */

/** What kind of failure an error is, with what each face makes of it. */
export const ERROR_CATEGORIES = {
  invalid: { status: 400, issue: 'invalid' },
  'not-supported': { status: 400, issue: 'not-supported' },
  'not-found': { status: 404, issue: 'not-found' },
  'method-not-allowed': { status: 405, issue: 'not-supported' },
  'not-acceptable': { status: 406, issue: 'not-supported' },
  conflict: { status: 409, issue: 'conflict' },
  gone: { status: 410, issue: 'deleted' },
  'precondition-failed': { status: 412, issue: 'conflict' },
  'too-large': { status: 413, issue: 'too-long' },
  'unsupported-media-type': { status: 415, issue: 'not-supported' },
  'too-costly': { status: 422, issue: 'too-costly' },
  unprocessable: { status: 422, issue: 'structure' },
  internal: { status: 500, issue: 'exception' },
  unavailable: { status: 503, issue: 'transient' },
} as const;

export type ErrorCategory = keyof typeof ERROR_CATEGORIES;

export const ERRORS = {
  'json-malformed': ['invalid', 'The body is not valid JSON.'],
  'json-duplicate-key': ['invalid', 'A JSON object holds the same key twice.'],
  'encoding-invalid': ['invalid', 'The text is not valid UTF-8.'],
  'body-invalid': ['invalid', 'The body does not have the shape that this operation takes.'],
  'body-too-large': ['too-large', 'The body is larger than the server accepts.'],
  'media-type-unsupported': ['unsupported-media-type', 'The server reads JSON only.'],
  'media-type-not-acceptable': ['not-acceptable', 'The server answers in JSON only.'],
  'tenant-id-missing': ['invalid', 'The request names no tenant.'],
  'tenant-id-invalid': ['invalid', 'A tenant id is 1 to 63 characters: [a-z0-9][a-z0-9_-]{0,62}.'],
  'tenant-ambiguous': ['invalid', 'Path, header and body name different tenants.'],
  'tenant-cold': ['unavailable', 'The tenant is cold: call POST /warm-up-tenant first.'],
  'tenant-unknown': ['not-found', 'No tenant of this id exists.'],
  'resource-type-unknown': ['not-found', 'FHIR R4 has no resource type of this name.'],
  'resource-id-invalid': ['invalid', 'A resource id is 1 to 64 characters: [A-Za-z0-9.-]{1,64}.'],
  'resource-mismatch': ['invalid', 'The resource in the body does not match the address it was sent to.'],
  'resource-invalid': [
    'unprocessable',
    'The resource does not have the structure that FHIR R4 gives its type.',
  ],
  'resource-not-found': ['not-found', 'The collection holds no such resource.'],
  'resource-gone': ['gone', 'The resource was deleted.'],
  'version-not-found': ['not-found', 'The resource has no such version.'],
  'version-conflict': ['precondition-failed', 'The resource has another version than the request expects.'],
  'criteria-ambiguous': ['precondition-failed', 'Several resources match the criteria.'],
  'criteria-unmatched': ['precondition-failed', 'No resource matches the criteria.'],
  'patch-malformed': ['invalid', 'The body is not a patch of its form.'],
  'patch-not-applicable': ['unprocessable', 'The patch does not fit the resource.'],
  'write-contended': ['conflict', 'Others kept changing what this request is about.'],
  'entity-unknown': ['invalid', 'No FHIR R4 resource type has this name.'],
  'parameter-unknown': ['not-supported', 'The parameter is unknown here.'],
  'parameter-empty': ['invalid', 'A parameter that needs a value has none.'],
  'parameter-invalid': ['invalid', 'A parameter has a value that cannot be read.'],
  'search-too-costly': ['too-costly', 'The search takes more than the server gives to one.'],
  'search-not-supported': ['not-supported', 'The search asks for something that this server does not do.'],
  'page-token-invalid': ['invalid', 'The page token was not issued for this tenant and search.'],
  'route-not-found': ['not-found', 'There is nothing at this address.'],
  'method-not-allowed': ['method-not-allowed', 'This address does not take this method.'],
  'ingestion-not-ready': ['unavailable', 'The master collection is not ready yet.'],
  'ingest-locked': ['conflict', 'Another ingest is running on this store.'],
  'ingest-source-invalid': ['invalid', 'The source cannot be read.'],
  'ingest-source-unreachable': ['unavailable', 'The source server does not answer.'],
  'ingest-rejects': ['unprocessable', 'Some of the source was rejected.'],
  'ingest-interrupted': ['conflict', 'The ingest was interrupted; the next run resumes it.'],
  'generation-pinned': ['conflict', 'A tenant is pinned to this generation.'],
  'generation-unknown': ['not-found', 'There is no such sealed generation.'],
  'store-damaged': ['unavailable', 'A store file is damaged and is not served.'],
  'store-full': ['unavailable', 'The disk is full: nothing was written.'],
  'store-unavailable': ['unavailable', 'The store cannot be used right now.'],
  'store-invalid': ['invalid', 'The store address cannot be used.'],
  'store-missing': ['not-found', 'There is no store at this address.'],
  'indexes-missing': ['unavailable', 'The master has no search indexes.'],
  'store-format': ['conflict', 'The store file has a format that this version does not know.'],
  'store-schema': ['unavailable', 'The schema of the database is not the one that this version needs.'],
  'store-not-empty': ['conflict', 'The store holds something already.'],
  'move-unfinished': [
    'conflict',
    'A move into this store was interrupted: run the same `warmfhir move` again.',
  ],
  'move-unverified': ['conflict', 'What arrived is not what was sent.'],
  'setting-invalid': ['invalid', 'A setting has a value that cannot be used.'],
  'shutting-down': ['unavailable', 'The server is shutting down.'],
  internal: ['internal', 'The server failed; the log says why.'],
} as const satisfies Record<string, readonly [ErrorCategory, string]>;

export type ErrorCode = keyof typeof ERRORS;

/** One of several problems that an error names. */
export interface ErrorIssue {
  readonly diagnostics: string;
  /** FHIRPath of the element in question. */
  readonly expression?: string;
}

/** An issue of the resource of an entry, or of what the entry asks for, as one of the Bundle. */
export function issueInEntry({ diagnostics, expression }: ErrorIssue, index: number): Required<ErrorIssue> {
  const place = `Bundle.entry[${index}]`;
  return {
    diagnostics: `${place}: ${diagnostics}`,
    expression: expression === undefined ? place : `${place}.resource${expression.replace(/^[A-Za-z]+/, '')}`,
  };
}

/**
 * An error that a client or operator is told about. `detail` is one sentence for people and never holds
 * secrets; `issues` says the same piece by piece where there are pieces; `cause` is for the log alone.
 */
export class WarmfhirError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly issues: readonly ErrorIssue[];

  constructor(
    code: ErrorCode,
    detail: string = ERRORS[code][1],
    options: { readonly cause?: unknown; readonly issues?: readonly ErrorIssue[] } = {},
  ) {
    super(detail, options);
    this.issues = options.issues ?? [];
    this.name = 'WarmfhirError';
    this.code = code;
    this.detail = detail;
  }

  /** This error as one of the entry at a position of a Bundle, from 0, with the place in its sentences and expressions. */
  inEntry(index: number): WarmfhirError {
    const issues = this.issues.length > 0 ? this.issues : [{ diagnostics: this.detail }];
    return new WarmfhirError(this.code, `Bundle.entry[${index}]: ${this.detail}`, {
      cause: this,
      issues: issues.map((issue) => issueInEntry(issue, index)),
    });
  }

  get category(): ErrorCategory {
    return ERRORS[this.code][0];
  }

  get status(): number {
    return ERROR_CATEGORIES[this.category].status;
  }
}
