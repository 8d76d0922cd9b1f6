import type { ErrorIssue } from '../../errors.ts';
import { isResourceType } from '../resource-type.ts';
import type { Member, MemberTable } from './member-table.ts';
import { textProblem } from './primitive-form.ts';

/** So many problems are named; whoever mends them finds the others at the next try. */
const NAMED_PROBLEMS = 5;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The form of one resource's JSON against the members of its type: names, lists and single values, JSON types, the
 * spelling of primitives, nothing empty, one variant of a choice, a known type for each resource within.
 *
 * It stops at the first few problems, so that no body can make it collect millions.
 * See https://hl7.org/fhir/R4/json.html
 */
export class FormCheck {
  readonly #members: MemberTable;
  readonly #load: (resourceType: string) => void;
  readonly #path: (string | number)[] = [];
  readonly #problems: ErrorIssue[] = [];

  /** @param options.load called with the type of each resource before its members are asked for */
  constructor(options: { readonly members: MemberTable; readonly load: (resourceType: string) => void }) {
    this.#members = options.members;
    this.#load = options.load;
  }

  /** The first problems of a resource, none when its form is right. */
  problemsOf(resource: JsonObject): readonly ErrorIssue[] {
    this.#path.push(String(resource.resourceType));
    this.#report(this.#resource(resource));
    return this.#problems;
  }

  // Each of the following gives what is wrong with the value itself, and reports what is wrong within it.

  #resource(value: unknown): string | undefined {
    if (!isObject(value)) return 'Expected a resource';
    const { resourceType } = value;
    if (typeof resourceType !== 'string' || !isResourceType(resourceType)) {
      return `FHIR R4 has no resource type ${shown(resourceType)}`;
    }
    this.#load(resourceType);
    return this.#object(value, resourceType, true);
  }

  #object(value: JsonObject, type: string, isResource: boolean): string | undefined {
    const members = this.#members.membersOf(type);
    const keys = Object.keys(value);
    if (keys.length === 0) return 'Invalid empty value';
    let variants: Map<string, string> | undefined;
    for (const key of keys) {
      if (this.#problems.length === NAMED_PROBLEMS) return undefined;
      if (isResource && key === 'resourceType') continue;
      const member = members.get(key);
      this.#path.push(key);
      if (member?.choice !== undefined) {
        variants ??= new Map();
        const other = variants.get(member.choice) ?? member.variant;
        if (other !== member.variant) this.#report(`Only one of ${other} and ${member.variant} may be there`);
        variants.set(member.choice, member.variant);
      }
      this.#report(
        member === undefined ? `Invalid additional property ${shown(key)}` : this.#member(value, key, member),
      );
      this.#path.pop();
    }
    return undefined;
  }

  #member(object: JsonObject, key: string, member: Member): string | undefined {
    const value = object[key];
    if (!member.isArray) {
      return Array.isArray(value) ? 'Expected single value for property' : this.#value(value, member);
    }
    if (!Array.isArray(value)) return 'Expected array of values for property';
    if (value.length === 0) return 'Invalid empty value';
    for (let index = 0; index < value.length; index++) {
      if (this.#problems.length === NAMED_PROBLEMS) break;
      if (value[index] === null && hasItem(partnerOf(object, key, member), index)) continue;
      this.#path.push(index);
      this.#report(this.#value(value[index], member));
      this.#path.pop();
    }
    return undefined;
  }

  #value(value: unknown, { type, json }: Member): string | undefined {
    if (value === null) return 'Invalid null value';
    if (json !== undefined) {
      if (typeof value !== json) return `Invalid JSON type: expected ${json}, but got ${typeof value}`;
      return json === 'string' ? textProblem(value as string, type) : undefined;
    }
    if (type === 'Resource') return this.#resource(value);
    return isObject(value) ? this.#object(value, type, false) : 'Expected an object';
  }

  /** Notes a problem of the value at the present path. */
  #report(problem: string | undefined): void {
    if (problem === undefined || this.#problems.length === NAMED_PROBLEMS) return;
    let place = '';
    for (const step of this.#path) {
      if (typeof step === 'number') place += `[${step}]`;
      // What cannot be the name of an element is named by the problem's text.
      else if (/^\w{1,64}$/.test(step)) place += place === '' ? step : `.${step}`;
    }
    this.#problems.push({ diagnostics: `${place}: ${problem}`, expression: place });
  }
}

/** In a list of primitives a null stands where the list beside it, of values or of their extensions, has an item. */
function partnerOf(object: JsonObject, key: string, member: Member): unknown {
  if (member.isExtension) return object[key.slice(1)];
  return member.json === undefined ? undefined : object[`_${key}`];
}

function hasItem(list: unknown, index: number): boolean {
  return Array.isArray(list) && list[index] !== undefined && list[index] !== null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 80);
}
