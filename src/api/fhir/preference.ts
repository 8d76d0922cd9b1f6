import type { ApiRequest } from '../api-context.ts';

/** A preference of the `Prefer` header in lower case, such as `minimal` for `return`. See RFC 7240. */
function preference(request: ApiRequest, name: string): string | undefined {
  const header = request.headers.prefer;
  if (header === undefined) return undefined;
  const found = [header]
    .flat()
    .flatMap((text) => text.split(/[,;]/))
    .map((text) =>
      text
        .trim()
        .toLowerCase()
        .split(/\s*=\s*/, 2),
    )
    .find(([key]) => key === name);
  return found?.[1]?.replaceAll('"', '');
}

export type PreferredReturn = 'minimal' | 'representation' | 'operationoutcome';

/** What the client asks a write to answer, if it says so. https://hl7.org/fhir/R4/http.html#ops */
export function chosenReturn(request: ApiRequest): PreferredReturn | undefined {
  const value = preference(request, 'return');
  return value === 'minimal' || value === 'operationoutcome' || value === 'representation'
    ? value
    : undefined;
}

/** What a write is to answer: the resource unless the client prefers less. */
export function preferredReturn(request: ApiRequest): PreferredReturn {
  return chosenReturn(request) ?? 'representation';
}

/** True when unknown search parameters are to be left out: https://hl7.org/fhir/R4/search.html#errors */
export function prefersLenient(request: ApiRequest): boolean {
  return preference(request, 'handling') === 'lenient';
}
