/** What a document of the master carries before it is changed. */
const UNMARKED = 'master';

/** A write without an answer may still happen for so long: its node died, the database was halted. Milliseconds. */
const LATE_MS = 20_000;

/** What a write makes of a document: the text that it carries, null once deleted. */
export interface DocumentState {
  readonly marker: string | null;
  readonly reviewed: boolean;
}

export interface DocumentVersion extends DocumentState {
  readonly version: number;
}

/** As much of a resource as is looked at. */
export interface MarkedResource {
  readonly id: string;
  readonly meta: { readonly versionId: string; readonly tag?: readonly { readonly system?: string }[] };
  readonly code?: { readonly text?: string };
  readonly name?: readonly { readonly text?: string }[];
}

/**
 * What one client, which alone writes a document, knows of it: all versions that were acknowledged, and the writes that
 * may have happened. Markers tell each state from all others.
 */
export class MarkedDocument {
  readonly type: 'Basic' | 'Patient';
  readonly id: string;
  readonly path: string;
  readonly versions: DocumentVersion[] = [];
  #unanswered: { readonly state: DocumentState; readonly since: number }[] = [];

  /** @param isMaster whether the tenant's copy of the master holds it */
  constructor(type: 'Basic' | 'Patient', id: string, isMaster: boolean) {
    this.type = type;
    this.id = id;
    this.path = `/fhir/${type}/${id}`;
    if (isMaster) this.versions.push({ version: 1, marker: UNMARKED, reviewed: false });
  }

  get current(): DocumentVersion | undefined {
    return this.versions.at(-1);
  }

  get exists(): boolean {
    return this.current !== undefined && this.current.marker !== null;
  }

  /** True while it is as the master has it. */
  get isUntouched(): boolean {
    return this.current?.marker === UNMARKED && !this.current.reviewed;
  }

  /** True while a write without an answer may still happen. */
  get isUnsettled(): boolean {
    this.#unanswered = this.#unanswered.filter(({ since }) => Date.now() - since < LATE_MS);
    return this.#unanswered.length > 0;
  }

  /** Notes a write that may have happened, or may happen yet. */
  unanswered(state: DocumentState): void {
    this.#unanswered.push({ state, since: Date.now() });
  }

  /** Takes over a version that is found, where it follows on what is known. False where nobody wrote it. */
  adopt(found: DocumentVersion): boolean {
    const index = this.#unanswered.findIndex(({ state }) => sameState(state, found));
    if (index < 0 || found.version !== (this.current?.version ?? 0) + 1) return false;
    this.#unanswered.splice(index, 1);
    this.versions.push(found);
    return true;
  }

  /** The resource with a marker in it. */
  marked(marker: string): object {
    const { type, id } = this;
    return type === 'Basic'
      ? { resourceType: type, id, code: { text: marker } }
      : { resourceType: type, id, name: [{ text: marker }] };
  }
}

/** The version that a resource shows. */
export function versionOf(resource: MarkedResource): DocumentVersion {
  return {
    version: Number(resource.meta.versionId),
    marker: resource.code?.text ?? resource.name?.[0]?.text ?? UNMARKED,
    reviewed: resource.meta.tag?.some(({ system }) => system === 'urn:warmfhir:review') ?? false,
  };
}

export function sameState(a: DocumentState | undefined, b: DocumentState | undefined): boolean {
  return a?.marker === b?.marker && a?.reviewed === b?.reviewed;
}
