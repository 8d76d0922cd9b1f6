import { readFileSync } from 'node:fs';
import { loadDataType } from '@medplum/core';
import { isResourceType } from '../resource-type.ts';
import { DISTILLED, distilDefinitions } from './distil-definitions.ts';
import { type Member, MemberTable } from './member-table.ts';

type Loadable = Parameters<typeof loadDataType>[0];

/**
 * R4's structure definitions, in memory for this thread. Those of a resource type are read when it is first asked for.
 */
export class Definitions {
  readonly #definitions: Record<string, string>;
  readonly #loaded = new Set<string>();
  readonly members = new MemberTable();

  constructor(path: string = DISTILLED) {
    distilDefinitions(path);
    this.#definitions = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    for (const name of Object.keys(this.#definitions)) if (!isResourceType(name)) this.load(name);
  }

  /** Whether R4 has a type of this name. */
  has(name: string): boolean {
    return Object.hasOwn(this.#definitions, name);
  }

  /** Reads the definition of a type unless that was done. */
  load(name: string): void {
    if (this.#loaded.has(name)) return;
    loadDataType(JSON.parse(this.#definitions[name]!) as Loadable);
    this.#loaded.add(name);
  }

  /** Members of a resource's own type. */
  membersOfResource(resourceType: string): ReadonlyMap<string, Member> {
    this.load(resourceType);
    return this.members.membersOf(resourceType);
  }
}
