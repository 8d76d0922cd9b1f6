import type { ResourceContent } from '../fhir/resource-content.ts';

/** What the parse thread is told when it starts. */
export interface ParseThreadData {
  /** Base URLs of the source servers. */
  readonly baseUrls: readonly string[];
}

/** A raw batch on its way to the parse thread: one buffer, because a copy of one is cheap. */
export interface ParseRequest {
  readonly stream: number;
  readonly bytes: Uint8Array;
  readonly items: readonly ParseItem[];
}

export type ParseItem =
  | {
      readonly kind: 'resource';
      readonly start: number;
      readonly end: number;
      readonly id?: string;
      readonly base?: string;
    }
  | {
      readonly kind: 'entry-urls';
      readonly start: boolean;
      readonly urls: readonly (readonly [string, string])[];
    };

/** One for every resource of the request, in its order. */
export type ParsedItem =
  | {
      readonly ok: true;
      readonly content: ResourceContent;
      readonly sourceUpdated: number | null;
      /** True while it holds references that can only be decided once everything is there. */
      readonly pending: boolean;
    }
  | { readonly ok: false; readonly reason: string; readonly type?: string };
