import type { Definitions } from './definitions.ts';
import type { Member } from './member-table.ts';

/** What a link is: a `Reference.reference`, or the value of an element of a type of addresses, or one in a narrative. */
export type LinkKind = 'reference' | 'address';

/** What stands in the place of a link; undefined leaves it as it is. */
export type LinkReplacement = (link: string, kind: LinkKind) => string | undefined;

/**
 * Not `canonical`, which R4 has left as it is, and not `oid` and `uuid`, which R4 names too: their values have to be a `urn:`, so
 * what replaces a link could not stand there. https://hl7.org/fhir/R4/http.html#trules
 */
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['uri', 'url']);
/** Links of a narrative: https://hl7.org/fhir/R4/http.html#trules */
const NARRATIVE_LINK = /(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')/gi;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Replaces links in the JSON text of a resource, wherever R4 has references or addresses, in contained resources and
 * narratives too. Every other byte stays: texts that only look like links (`Identifier.value`) are no links.
 */
export class LinkRewriter {
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** Texts that are no JSON come back as they are, for the parser to judge. */
  rewrite(text: string, type: string, replacement: LinkReplacement): string {
    const walk = new Walk(text, this.#definitions, replacement);
    return walk.rewritten(type);
  }
}

/** The links in the text of a narrative. */
export function narrativeLinks(narrative: string): readonly string[] {
  return Array.from(narrative.matchAll(NARRATIVE_LINK), ([, , quoted]) => quoted!.slice(1, -1));
}

/** Thrown where the text is no JSON after all. */
const NO_JSON = Symbol('no JSON');

class Walk {
  readonly #text: string;
  readonly #definitions: Definitions;
  readonly #replacement: LinkReplacement;
  #out = '';
  #copied = 0;
  #at = 0;

  constructor(text: string, definitions: Definitions, replacement: LinkReplacement) {
    this.#text = text;
    this.#definitions = definitions;
    this.#replacement = replacement;
  }

  rewritten(type: string): string {
    try {
      this.#skipSpace();
      this.#object(this.#definitions.membersOfResource(type), type);
    } catch (error) {
      if (error !== NO_JSON && !(error instanceof RangeError)) throw error;
      return this.#text;
    }
    return this.#copied === 0 ? this.#text : this.#out + this.#text.slice(this.#copied);
  }

  /** Walks the object that begins here. */
  #object(members: ReadonlyMap<string, Member>, type: string): void {
    this.#expect(OPEN_OBJECT);
    while (!this.#ends(CLOSE_OBJECT)) {
      const start = this.#at;
      this.#string();
      const raw = this.#text.slice(start + 1, this.#at - 1);
      const key = raw.includes('\\') ? (parsed(`"${raw}"`) as string) : raw;
      this.#expect(0x3a);
      this.#skipSpace();
      const member = members.get(key);
      if (member === undefined) this.#skip();
      else this.#value(member, type === 'Reference' && key === 'reference');
    }
  }

  #value(member: Member, isReference: boolean): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_ARRAY) {
      this.#at++;
      while (!this.#ends(CLOSE_ARRAY)) this.#value(member, isReference);
    } else if (code === OPEN_OBJECT) {
      if (member.json !== undefined) this.#skip();
      else if (member.type === 'Resource') this.#contained();
      else this.#object(this.#definitions.members.membersOf(member.type), member.type);
    } else if (code === QUOTE) {
      const start = this.#at;
      this.#string();
      if (isReference) this.#link(start, 'reference');
      else if (ADDRESS_TYPES.has(member.type)) this.#link(start, 'address');
      else if (member.type === 'xhtml') this.#narrative(start);
    } else this.#skip();
    this.#skipSpace();
  }

  /** A resource within a resource: its members are those of its own type, which may stand anywhere in it. */
  #contained(): void {
    const start = this.#at;
    this.#skip();
    const end = this.#at;
    const { resourceType } = (parsed(this.#text.slice(start, end)) ?? {}) as {
      readonly resourceType?: unknown;
    };
    if (typeof resourceType !== 'string' || !this.#definitions.has(resourceType)) return;
    this.#at = start;
    this.#object(this.#definitions.membersOfResource(resourceType), resourceType);
  }

  #link(start: number, kind: LinkKind): void {
    const link = parsed(this.#text.slice(start, this.#at)) as string;
    const replaced = this.#replacement(link, kind);
    if (replaced !== undefined && replaced !== link) this.#replace(start, JSON.stringify(replaced));
  }

  #narrative(start: number): void {
    const narrative = parsed(this.#text.slice(start, this.#at)) as string;
    const replaced = narrative.replace(NARRATIVE_LINK, (match, name: string, quoted: string) => {
      const link = this.#replacement(quoted.slice(1, -1), 'address');
      return link === undefined ? match : `${name}${quoted[0]}${link}${quoted[0]}`;
    });
    if (replaced !== narrative) this.#replace(start, JSON.stringify(replaced));
  }

  /** Puts `json` where the string from `start` to here stands. */
  #replace(start: number, json: string): void {
    this.#out += this.#text.slice(this.#copied, start) + json;
    this.#copied = this.#at;
  }

  /** Passes over a comma, or the end of a container; true for the end. */
  #ends(close: number): boolean {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === close) {
      this.#at++;
      return true;
    }
    if (code === COMMA) {
      this.#at++;
      this.#skipSpace();
    }
    if (this.#at >= this.#text.length) throw NO_JSON;
    return false;
  }

  #expect(code: number): void {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== code) throw NO_JSON;
    this.#at++;
  }

  /** Passes over the string that begins here. */
  #string(): void {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) throw NO_JSON;
    let end = this.#text.indexOf('"', this.#at + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw NO_JSON;
    this.#at = end + 1;
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    return backslashes % 2 === 1;
  }

  /** Passes over the value that begins here. */
  #skip(): void {
    let depth = 0;
    const start = this.#at;
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) {
        this.#string();
        if (depth === 0) return;
        continue;
      }
      if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY || (code === COMMA && depth === 0)) {
        if (depth === 0) {
          if (this.#at === start) throw NO_JSON;
          return;
        }
        if (code !== COMMA) depth--;
        if (depth === 0) {
          this.#at++;
          return;
        }
      }
      this.#at++;
    }
    throw NO_JSON;
  }

  #skipSpace(): void {
    for (let code = this.#text.charCodeAt(this.#at); isSpace(code); code = this.#text.charCodeAt(this.#at)) {
      this.#at++;
    }
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw NO_JSON;
  }
}
