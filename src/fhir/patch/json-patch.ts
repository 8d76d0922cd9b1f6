import { WarmfhirError } from '../../errors.ts';
import { shown } from '../parse-resource.ts';
import {
  isLexicalObject,
  type Lexical,
  type LexicalObject,
  lexicalCopy,
  lexicalEqual,
  lexicalText,
  parseLexical,
  setMember,
} from './lexical-json.ts';

/** Copies of copies grow without bound: so many characters are copied at most by one patch. */
const MOST_COPIED = 32 * 1024 * 1024;

/**
 * Applies a JSON Patch. See RFC 6902, https://www.rfc-editor.org/rfc/rfc6902
 *
 * @throws json-malformed, json-duplicate-key, patch-malformed, patch-not-applicable
 */
export function applyJsonPatch(document: string, patch: string): string {
  const operations = parseLexical(patch);
  if (!Array.isArray(operations)) throw malformed('A JSON Patch is a list of operations.');
  const patched = new PatchedDocument(parseLexical(document));
  for (const [index, operation] of operations.entries()) {
    if (!isLexicalObject(operation)) throw malformed(`Operation ${index} is not an object.`);
    patched.apply(new Operation(operation, index));
  }
  return lexicalText(patched.root);
}

/** One operation, its members read on demand. */
class Operation {
  readonly #members: LexicalObject;
  readonly #index: number;

  constructor(members: LexicalObject, index: number) {
    this.#members = members;
    this.#index = index;
  }

  get op(): string {
    return this.#text('op');
  }

  get path(): readonly string[] {
    return this.#pointer('path');
  }

  get from(): readonly string[] {
    return this.#pointer('from');
  }

  get value(): Lexical {
    if (!Object.hasOwn(this.#members, 'value')) throw malformed(`${this.name} has no value.`);
    return this.#members.value!;
  }

  /** As errors call it. */
  get name(): string {
    return `Operation ${this.#index}`;
  }

  #text(key: string): string {
    const value = Object.hasOwn(this.#members, key) ? this.#members[key] : undefined;
    if (typeof value !== 'string') throw malformed(`${this.name} has no ${key} that is a text.`);
    return value;
  }

  /** RFC 6901. */
  #pointer(key: string): readonly string[] {
    const text = this.#text(key);
    if (text === '') return [];
    if (!text.startsWith('/') || /~(?![01])/.test(text)) {
      throw malformed(`${this.name} has a ${key} that is no JSON Pointer: ${shown(text)}.`);
    }
    return text
      .slice(1)
      .split('/')
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
}

class PatchedDocument {
  root: Lexical;
  #copied = 0;

  constructor(root: Lexical) {
    this.root = root;
  }

  apply(operation: Operation): void {
    const { op, path, name } = operation;
    switch (op) {
      case 'add':
        this.#add(path, operation.value, name);
        break;
      case 'remove':
        this.#remove(path, name);
        break;
      case 'replace':
        this.#replace(path, operation.value, name);
        break;
      case 'move': {
        const { from } = operation;
        if (from.length < path.length && from.every((token, index) => token === path[index])) {
          throw malformed(`${name} moves a value into itself.`);
        }
        this.#add(path, this.#remove(from, name), name);
        break;
      }
      case 'copy':
        this.#add(path, this.#copy(this.#get(operation.from, name), name), name);
        break;
      case 'test':
        if (!lexicalEqual(this.#get(path, name), operation.value)) {
          throw notApplicable(`${name} fails: the value at ${pointer(path)} is another.`);
        }
        break;
      default:
        throw malformed(`${name} has an op that RFC 6902 does not know: ${shown(op)}.`);
    }
  }

  #copy(value: Lexical, name: string): Lexical {
    this.#copied += lexicalText(value).length;
    if (this.#copied > MOST_COPIED) throw notApplicable(`${name} copies too much.`);
    return lexicalCopy(value);
  }

  #get(path: readonly string[], name: string): Lexical {
    let value = this.root;
    for (const [depth, token] of path.entries()) {
      const next = Array.isArray(value)
        ? value[itemIndex(token, value.length - 1) ?? -1]
        : isLexicalObject(value) && Object.hasOwn(value, token)
          ? value[token]
          : undefined;
      if (next === undefined) throw missing(path.slice(0, depth + 1), name);
      value = next;
    }
    return value;
  }

  #add(path: readonly string[], value: Lexical, name: string): void {
    const key = path.at(-1);
    if (key === undefined) {
      this.root = value;
      return;
    }
    const parent = this.#get(path.slice(0, -1), name);
    if (Array.isArray(parent)) {
      const index = key === '-' ? parent.length : itemIndex(key, parent.length);
      if (index === undefined) throw missing(path, name);
      parent.splice(index, 0, value);
    } else if (isLexicalObject(parent)) setMember(parent, key, value);
    else throw missing(path, name);
  }

  #remove(path: readonly string[], name: string): Lexical {
    const value = this.#get(path, name);
    const key = path.at(-1);
    if (key === undefined) throw notApplicable(`${name} takes the whole resource away.`);
    const parent = this.#get(path.slice(0, -1), name);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as LexicalObject)[key];
    return value;
  }

  #replace(path: readonly string[], value: Lexical, name: string): void {
    this.#get(path, name);
    const key = path.at(-1);
    if (key === undefined) {
      this.root = value;
      return;
    }
    const parent = this.#get(path.slice(0, -1), name);
    if (Array.isArray(parent)) parent[Number(key)] = value;
    else setMember(parent as LexicalObject, key, value);
  }
}

/** The index that a token of a pointer names, or undefined when it names none up to `most`. */
function itemIndex(token: string, most: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(token)) return undefined;
  const index = Number(token);
  return index <= most ? index : undefined;
}

function pointer(path: readonly string[]): string {
  return shown(path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
}

function missing(path: readonly string[], name: string): WarmfhirError {
  return notApplicable(`${name} does not fit: there is nothing at ${pointer(path)}.`);
}

function malformed(detail: string): WarmfhirError {
  return new WarmfhirError('patch-malformed', detail);
}

function notApplicable(detail: string): WarmfhirError {
  return new WarmfhirError('patch-not-applicable', detail);
}
