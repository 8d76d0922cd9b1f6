import { WarmfhirError } from '../errors.ts';
import { parseResource } from '../fhir/parse-resource.ts';
import { stamp } from '../fhir/resource-content.ts';
import { isResourceType } from '../fhir/resource-type.ts';
import type { Extraction } from '../fhir/search/extraction.ts';
import { type EntryReferences, isConditionalReference, isUrnReference } from './entry-references.ts';
import type { ParsedItem } from './parse-request.ts';
import { replaceReferences } from './reference-text.ts';
import { sourceUpdated } from './source-updated.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

export interface ParseContext {
  /** Id and base that the entry gives the resource. */
  readonly id?: string | undefined;
  readonly base?: string | undefined;
  readonly references: EntryReferences;
  readonly baseUrls: readonly string[];
  readonly extraction: Extraction;
}

/** From bytes to what is stored, or to the reason why not. */
export function parseItem(bytes: Uint8Array, context: ParseContext): ParsedItem {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, reason: 'The text is not valid UTF-8.' };
  }
  try {
    const { content, value } = parseResource(text, context.id === undefined ? {} : { id: context.id });
    const updated = sourceUpdated(value);
    // Its references are those of its own entries.
    if (content.type === 'Bundle') {
      const indexed = context.extraction.indexedValues(value);
      return { ok: true, content: { ...content, indexed }, sourceUpdated: updated, pending: false };
    }
    let pending = false;
    const suffix = replaceReferences(content.suffix, (reference) => {
      const replaced = context.references.resolve(reference, context.base);
      pending ||= isUndecided(replaced, context.baseUrls);
      return replaced;
    });
    const stored = { ...content, suffix };
    // References count as they are stored.
    const seen =
      suffix === content.suffix
        ? value
        : (JSON.parse(stamp(stored, 1, 0)) as Readonly<Record<string, unknown>>);
    const indexed = context.extraction.indexedValues(seen);
    return { ok: true, content: { ...stored, indexed }, sourceUpdated: updated, pending };
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    return { ok: false, reason: error.detail, ...typeOf(text) };
  }
}

function isUndecided(reference: string, baseUrls: readonly string[]): boolean {
  return (
    isConditionalReference(reference) ||
    isUrnReference(reference) ||
    baseUrls.some((baseUrl) => reference.startsWith(`${baseUrl}/`))
  );
}

/** The type of a resource that was rejected for something else. */
function typeOf(text: string): { readonly type?: string } {
  try {
    const { resourceType } = JSON.parse(text) as { readonly resourceType?: unknown };
    return typeof resourceType === 'string' && isResourceType(resourceType) ? { type: resourceType } : {};
  } catch {
    return {};
  }
}
