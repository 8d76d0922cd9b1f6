/** One request below the base URL, which `{base}` stands for. */
export interface Request {
  readonly method?: string;
  readonly path: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What a request is answered on a tenant of its own, which holds `Patient/p1`, `p2` and `Encounter/e1`:
 * - `body`: members that the answer has, whatever else it has; a text: what it contains;
 * - `headers`: texts or patterns; null where there must be none;
 * - `afterwards`: what is answered afterwards.
 */
export interface Case {
  readonly name: string;
  /** Requests before it, which have to succeed. */
  readonly before?: readonly Request[];
  readonly request: Request;
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  readonly afterwards?: {
    readonly request: Request;
    readonly status: number;
    readonly body?: object | string;
  };
}

/** Cases on one section of R4. */
export interface Section {
  readonly title: string;
  readonly link: string;
  readonly cases: readonly Case[];
}

export const FHIR_JSON = { 'content-type': 'application/fhir+json' };
export const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

/** A patient that is found by `identifier=urn:s|<id>`. */
export function person(id: string, members: object = {}) {
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'urn:s', value: id }],
    name: [{ family: 'Chalmers', given: ['Peter'] }],
    gender: 'male',
    ...members,
  };
}

export function visit(id: string, patient = 'p1') {
  return {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${patient}` },
  };
}

export const put = (
  resource: { resourceType: string; id: string },
  headers: Record<string, string> = {},
): Request => ({
  method: 'PUT',
  path: `/${resource.resourceType}/${resource.id}`,
  body: resource,
  headers: { ...FHIR_JSON, ...headers },
});

export const post = (path: string, body: object, headers: Record<string, string> = {}): Request => ({
  method: 'POST',
  path,
  body,
  headers: { ...FHIR_JSON, ...headers },
});

export const outcome = (code: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code }],
});
