/**
 * The plain way to load NDJSON into SQLite: one thread, JSON.parse, one table, a durable transaction for every 1,000
 * documents; no duplicate check, no checkpoint, no index but the primary key.
 *
 * Arguments: database file, NDJSON files.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import Database from 'better-sqlite3';

const [file, ...sources] = process.argv.slice(2) as [string, ...string[]];
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(
  'CREATE TABLE document (type TEXT, id TEXT, json TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID',
);
const insert = database.prepare('INSERT INTO document VALUES (?, ?, ?)');
const commit = database.transaction((rows: readonly [string, string, string][]) => {
  for (const row of rows) insert.run(...row);
});

let rows: [string, string, string][] = [];
for (const source of sources) {
  const bytes = createReadStream(source);
  const input = source.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const line of createInterface({ input })) {
    const { resourceType, id } = JSON.parse(line) as { resourceType: string; id: string };
    rows.push([resourceType, id, line]);
    if (rows.length === 1000) {
      commit(rows);
      rows = [];
    }
  }
}
commit(rows);
database.close();
