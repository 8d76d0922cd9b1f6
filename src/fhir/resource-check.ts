import { WarmfhirError } from '../errors.ts';
import { type ParsedResource, parseResource, shown } from './parse-resource.ts';
import type { ResourceContent } from './resource-content.ts';
import type { Extraction } from './search/extraction.ts';

/** What the address of a write says about the resource in its body. */
export interface ExpectedResource {
  readonly type: string;
  readonly id: string;
  /**
   * True for a create: the id is the server's choice, and an id in the body means nothing. `if-absent`: an id in the body
   * counts, and where there is none the resource gets this one.
   */
  readonly assignId: boolean | 'if-absent';
}

/** Judges the body of a write. */
export interface ResourceCheck {
  /**
   * The content to store.
   * @throws encoding-invalid, json-malformed, json-duplicate-key, body-invalid, resource-mismatch (another type than the
   * address says, or another id or none), resource-invalid with its issues
   */
  check(body: Uint8Array, expected: ExpectedResource): Promise<ResourceContent>;
  close(): Promise<void>;
}

/** Holds a resource against the structure of its type; throws `resource-invalid`. */
export interface Structure {
  require(resource: Readonly<Record<string, unknown>>): void;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The whole check of one body: encoding, JSON, address, structure; then what searches find it by. Throws as
 * `ResourceCheck.check` rejects.
 */
export function checkResource(
  body: Uint8Array,
  expected: ExpectedResource,
  structure: Structure,
  extraction: Extraction,
): ResourceContent {
  return checkResourceText(decoded(body), expected, structure, extraction);
}

/** As `checkResource`, for a body that has been decoded. */
export function checkResourceText(
  text: string,
  expected: ExpectedResource,
  structure: Structure,
  extraction: Extraction,
): ResourceContent {
  const { content, value } = parsed(text, expected);
  if (content.type !== expected.type) {
    throw new WarmfhirError(
      'resource-mismatch',
      `The body holds a ${content.type}, the address says ${expected.type}.`,
    );
  }
  if (expected.assignId === false && value.id !== expected.id) {
    const held = value.id === undefined ? 'no id' : `the id ${shown(value.id)}`;
    throw new WarmfhirError('resource-mismatch', `The body has ${held}, the address says ${expected.id}.`);
  }
  structure.require(value);
  return { ...content, indexed: extraction.indexedValues(value) };
}

/** A type that R4 does not have is no other than the one expected: the body is wrong, the address is not. */
function parsed(text: string, { id, assignId }: ExpectedResource): ParsedResource {
  try {
    return parseResource(text, assignId === 'if-absent' ? { defaultId: id } : { id });
  } catch (cause) {
    if (!(cause instanceof WarmfhirError) || cause.code !== 'resource-type-unknown') throw cause;
    throw new WarmfhirError('resource-mismatch', cause.detail, { cause });
  }
}

function decoded(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw new WarmfhirError('encoding-invalid', 'The body is not valid UTF-8.', { cause });
  }
}
