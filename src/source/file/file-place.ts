import type { RawItem } from '../source.ts';

/** Where reading goes on within one file. */
export interface FilePlace {
  /** Decompressed bytes before it (NDJSON). */
  readonly offset: number;
  /** Lines or entries before it. */
  readonly line: number;
  /** Position in the stream of what comes next. */
  readonly position: number;
}

/** An item, and where to go on behind it. */
export interface PlacedItem {
  readonly item: RawItem;
  readonly behind: FilePlace;
}

export interface ReadFileOptions {
  /** Name of the source in origins. */
  readonly source: string;
  readonly from: FilePlace;
  readonly maxResourceBytes: number;
}
