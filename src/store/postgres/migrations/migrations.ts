import { INSTALLATION, TENANT_TABLES } from './001-installation.ts';
import { WORD_FUNCTIONS } from './word-functions.ts';

/** A step of the schema: numbered from 1 without gaps, never changed once it was released. */
export interface Migration {
  readonly number: number;
  /** One or several commands; they run in one transaction with those of every other step that is missing. */
  readonly sql: string;
  /** Tables that are distributed by `tenant_id` on Citus. */
  readonly distributed: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `${INSTALLATION}\n${WORD_FUNCTIONS}`,
    distributed: TENANT_TABLES,
  },
];

/** The schema that this version works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;
