import { isResourceType } from '../resource-type.ts';

/** An address of a resource, taken apart. See https://hl7.org/fhir/R4/references.html#literal */
export interface ReferenceForm {
  /** '' where the address has no form `Type/id`. */
  readonly type: string;
  readonly id: string;
  /** What stands in front of `Type/id`, less the slash between; all of the address where it has no such form. */
  readonly base: string;
  /** '' where none is named. */
  readonly version: string;
}

const LITERAL =
  /^(?:(https?:\/\/.+)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([A-Za-z0-9.-]{1,64}))?$/;

/** Reads `Type/id`, `https://…/Type/id`, each with or without `/_history/version`, or any other address as a whole. */
export function referenceForm(address: string): ReferenceForm {
  const match = LITERAL.exec(address);
  if (match === null || !isResourceType(match[2]!)) return { type: '', id: '', base: address, version: '' };
  return { type: match[2]!, id: match[3]!, base: match[1] ?? '', version: match[4] ?? '' };
}

/** Reads a canonical address: `url`, `url|version`, each with or without a fragment. */
export function canonicalForm(address: string): ReferenceForm {
  const bar = address.indexOf('|');
  if (bar === -1) return { type: '', id: '', base: address, version: '' };
  return { type: '', id: '', base: address.slice(0, bar), version: address.slice(bar + 1) };
}

/** The type of the resource that a Reference leads to, as far as it says itself or by a contained resource. */
export function resolvedType(
  value: unknown,
  resource: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { reference, type } = value as { readonly reference?: unknown; readonly type?: unknown };
  if (typeof reference === 'string') {
    const found = reference.startsWith('#')
      ? containedType(reference.slice(1), resource)
      : referenceForm(reference).type;
    if (found !== undefined && found !== '') return found;
  }
  return typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : undefined;
}

function containedType(id: string, { contained }: Readonly<Record<string, unknown>>): string | undefined {
  if (!Array.isArray(contained)) return undefined;
  const found = (contained as unknown[]).find(
    (item) => typeof item === 'object' && item !== null && (item as { id?: unknown }).id === id,
  ) as { readonly resourceType?: unknown } | undefined;
  return typeof found?.resourceType === 'string' ? found.resourceType : undefined;
}
