import { resourceTypeCode, resourceTypeOfCode } from '../../../fhir/resource-type.ts';
import type { StoredDocument } from '../../document.ts';
import type { ArmFile } from './arm-file.ts';
import type { SearchArm } from './search-arm.ts';

/** A document by its address. */
export interface DocumentKey {
  readonly type: string;
  readonly id: string;
}

/** One arm with what a search needs of its documents. */
export class CollectionArm {
  readonly search: SearchArm;
  readonly #file: ArmFile;
  readonly #live: string;

  /** @param live SQL that is true for a row of `document` whose document exists */
  constructor(file: ArmFile, search: SearchArm, live: string) {
    this.#file = file;
    this.search = search;
    this.#live = live;
  }

  /** Searches after `until` (milliseconds of `performance.now()`) fail with `search-too-costly`. */
  limit(until: number): void {
    this.#file.limit(until);
  }

  /** Documents of a type, roughly. */
  size(type: string): number {
    return this.#file.size(type);
  }

  documents(type: string, rids: readonly number[]): ReadonlyMap<number, StoredDocument> {
    return this.#file.documents(type, rids);
  }

  /** The rid of a document that exists. */
  ridOf({ type, id }: DocumentKey): number | undefined {
    const sql = `SELECT rid FROM document WHERE type = ? AND id = ? AND ${this.#live}`;
    return this.#file.rows(sql, [resourceTypeCode(type), id])[0]?.[0] as number | undefined;
  }

  idsOf(rids: readonly number[]): string[] {
    const sql = 'SELECT id FROM document WHERE rid IN (SELECT value FROM json_each(?))';
    return this.#file.rows(sql, [JSON.stringify(rids)]).map(([id]) => id as string);
  }

  /** Where the references of some parameters lead, from the documents of these rids. */
  references(rids: readonly number[], parameters: readonly number[]): DocumentKey[] {
    const sql = `SELECT DISTINCT r.type, r.id FROM json_each(?) d CROSS JOIN json_each(?) p
      CROSS JOIN reference r ON r.rid = d.value AND r.parameter = p.value WHERE r.base = 0 AND r.type > 0`;
    return this.#file
      .rows(sql, [JSON.stringify(rids), JSON.stringify(parameters)])
      .map(([type, id]) => ({ type: resourceTypeOfCode(type as number), id: id as string }));
  }

  /** Rids of documents that refer to this one by a parameter, newest first. */
  referrers(parameter: number, { type, id }: DocumentKey, limit: number): number[] {
    const sql = `SELECT DISTINCT rid FROM reference INDEXED BY reference_target
      WHERE parameter = ? AND id = ? AND type = ? AND base = 0 ORDER BY rid DESC LIMIT ?`;
    const rows = this.#file.rows(sql, [parameter, id, resourceTypeCode(type), limit]);
    return rows.map(([rid]) => rid as number);
  }
}
