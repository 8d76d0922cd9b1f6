/** One version of one document as a client was told of it. */
export interface Acknowledged {
  readonly version: number;
  /** Text that the body carries, or null for a delete. */
  readonly marker: string | null;
  readonly reviewed: boolean;
}

/** A write whose answer never came: it may have happened or not. */
export interface Unanswered {
  readonly marker: string | null;
  readonly reviewed: boolean;
}

/** What one client knows of one document: everything acknowledged, and at most one write without an answer. */
export class DocumentRecord {
  readonly url: string;
  readonly id: string;
  readonly versions: Acknowledged[] = [];
  unanswered: Unanswered | undefined;

  constructor(url: string, id: string) {
    this.url = url;
    this.id = id;
  }

  get current(): Acknowledged | undefined {
    return this.versions.at(-1);
  }

  /** Settles the unanswered write by what is found; says what is wrong. */
  settle(found: Acknowledged | undefined): string | undefined {
    const { current, unanswered } = this;
    this.unanswered = undefined;
    if (same(found, current)) return undefined;
    if (found !== undefined && unanswered !== undefined && found.version > (current?.version ?? 0)) {
      if (found.marker === unanswered.marker && found.reviewed === unanswered.reviewed) {
        this.versions.push(found);
        return undefined;
      }
    }
    return `${this.id}: acknowledged ${JSON.stringify(current)}, unanswered ${JSON.stringify(unanswered)}, found ${JSON.stringify(found)}`;
  }
}

function same(a: Acknowledged | undefined, b: Acknowledged | undefined): boolean {
  return a?.version === b?.version && a?.marker === b?.marker && a?.reviewed === b?.reviewed;
}
