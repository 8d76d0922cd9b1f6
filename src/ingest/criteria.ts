/** What a conditional reference or create asks for. */
export type Criteria =
  | { readonly kind: 'id'; readonly id: string }
  /** The forms of a token: `system|value`, `|value` (no system), `value` (any system), `system|` (any value). */
  | { readonly kind: 'identifier'; readonly token: string };

export const SUPPORTED_CRITERIA = 'exactly one of identifier=system|value and _id=id';

/** Reads `identifier=s|v` or `_id=x`, percent-encoded or not; undefined for anything else. */
export function parseCriteria(text: string): Criteria | undefined {
  const [, name, raw = ''] = /^(identifier|_id)=([^&]+)$/.exec(text) ?? [];
  const value = percentDecoded(raw);
  if (name === '_id') return value.includes(',') ? undefined : { kind: 'id', id: value };
  if (name === undefined || /(?<!\\),/.test(value) || value === '|') return undefined;
  return { kind: 'identifier', token: tokenKey(value) };
}

interface Identifier {
  readonly system?: unknown;
  readonly value?: unknown;
}

/** Every token that finds a resource by its identifiers. */
export function identifierTokens(resource: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (const each of [resource.identifier ?? []].flat() as readonly (Identifier | null)[]) {
    if (typeof each !== 'object' || each === null) continue;
    const system = typeof each.system === 'string' ? each.system : undefined;
    const value = typeof each.value === 'string' ? each.value : undefined;
    if (value !== undefined) {
      tokens.add(key(undefined, value));
      tokens.add(key(system ?? '', value));
    }
    if (system !== undefined) tokens.add(key(system, undefined));
  }
  return tokens;
}

function tokenKey(token: string): string {
  const bar = /(?<!\\)\|/.exec(token)?.index;
  if (bar === undefined) return key(undefined, unescaped(token));
  const value = unescaped(token.slice(bar + 1));
  return key(unescaped(token.slice(0, bar)), value === '' ? undefined : value);
}

function key(system: string | undefined, value: string | undefined): string {
  return JSON.stringify([system ?? null, value ?? null]);
}

/** Escapes of FHIR's search parameters. https://hl7.org/fhir/R4/search.html#escaping */
function unescaped(text: string): string {
  return text.replace(/\\([\\|,$])/g, '$1');
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
