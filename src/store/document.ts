/** One version of a resource as a store keeps it. */
export interface StoredDocument {
  readonly deleted: false;
  readonly type: string;
  readonly id: string;
  /** `meta.versionId` as an integer. */
  readonly version: number;
  /** `meta.lastUpdated`, milliseconds since the epoch. */
  readonly lastUpdated: number;
  readonly reviewed: boolean;
  /** When it was reviewed, milliseconds since the epoch; null while unreviewed. */
  readonly reviewTime: number | null;
  /** The bytes that a FHIR client gets, as text: minified JSON. */
  readonly json: string;
  /** Length of `json` in UTF-8, where the store knows it without counting. */
  readonly bytes?: number;
}

/** What is left of a resource after DELETE: its version numbers go on. */
export interface DeletedDocument {
  readonly deleted: true;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly lastUpdated: number;
}

export type DocumentVersion = StoredDocument | DeletedDocument;

/** How a version came to be, for `Bundle.entry.request` of a history. */
export type VersionMethod = 'POST' | 'PUT' | 'DELETE';

export interface HistoryEntry {
  readonly method: VersionMethod;
  /** True where the document did not exist right before: its first version, and one that follows a delete. */
  readonly isNew: boolean;
  readonly document: DocumentVersion;
}

/** `versionId` of every document in a sealed generation; a tenant's writes count on from there. */
export function masterVersion(generation: number): number {
  return (generation - 1) * 1_000_000 + 1;
}
