import { createMasterTables, dropMasterTables, masterTables } from './master-tables.ts';
import type { Queryable } from './owner.ts';

/** What a build keeps beside the documents until it is sealed; in the generation's own schema. */
export interface BuildTables {
  /**
   * `(token, settled)`, one row: who builds, and whether the documents have their keys. Every transaction of a build locks it,
   * so one that lost its lock can write nothing more.
   */
  readonly build: string;
  readonly pending: string;
  readonly conditionalCreate: string;
  readonly checkpoint: string;
  readonly reject: string;
  readonly outcome: string;
}

export function buildTables(generation: number): BuildTables {
  const { schema } = masterTables(generation);
  return {
    build: `${schema}.build`,
    pending: `${schema}.pending`,
    conditionalCreate: `${schema}.conditional_create`,
    checkpoint: `${schema}.checkpoint`,
    reject: `${schema}.reject`,
    outcome: `${schema}.outcome`,
  };
}

/** Makes the tables of a generation and of its build, in place of what there may be. */
export async function makeBuildTables(client: Queryable, generation: number): Promise<void> {
  await client.query(dropMasterTables(generation));
  for (const statement of [...createMasterTables(generation), ...createBuildTables(generation)]) {
    await client.query(statement);
  }
}

function createBuildTables(generation: number): readonly string[] {
  const { build, pending, conditionalCreate, checkpoint, reject, outcome } = buildTables(generation);
  return [
    `ALTER TABLE ${masterTables(generation).document} ADD COLUMN source_updated bigint`,
    `CREATE TABLE ${build} (id smallint PRIMARY KEY CHECK (id = 1), token text NOT NULL, settled boolean NOT NULL)`,
    `INSERT INTO ${build} VALUES (1, '', false)`,
    `CREATE TABLE ${pending} (rid bigint PRIMARY KEY, origin text)`,
    `CREATE TABLE ${conditionalCreate} (rid bigint PRIMARY KEY, criteria text NOT NULL, document text NOT NULL)`,
    `CREATE TABLE ${checkpoint} (stream integer PRIMARY KEY, value text NOT NULL)`,
    `CREATE TABLE ${reject} (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, json text NOT NULL)`,
    `CREATE TABLE ${outcome} (type smallint PRIMARY KEY, unchanged bigint NOT NULL, superseded bigint NOT NULL)`,
  ];
}

/** Takes away what only a build needs, when it is sealed. */
export function dropBuildTables(generation: number): readonly string[] {
  return [
    `ALTER TABLE ${masterTables(generation).document} DROP COLUMN source_updated`,
    `DROP TABLE ${Object.values(buildTables(generation)).join(', ')}`,
  ];
}
