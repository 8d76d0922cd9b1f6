/**
 * The plain way to store a document over HTTP: `node:http` and one SQLite transaction for each request, one file for
 * each tenant, WAL with synchronous=FULL, no validation, no history.
 *
 * Arguments: port, folder.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const [port, folder] = process.argv.slice(2) as [string, string];
const statements = new Map<string, Database.Statement>();

function upsert(tenant: string): Database.Statement {
  let statement = statements.get(tenant);
  if (statement === undefined) {
    const database = new Database(join(folder, `${tenant}.db`));
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('CREATE TABLE document (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID');
    statement = database.prepare(
      'INSERT INTO document VALUES (?, ?) ON CONFLICT DO UPDATE SET json = excluded.json',
    );
    statements.set(tenant, statement);
  }
  return statement;
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [, , tenant, , type, id] = request.url!.split('/');
    const json = Buffer.concat(chunks).toString();
    if (request.method === 'PUT') upsert(tenant!).run(`${type}/${id}`, json);
    response.writeHead(200, {
      'content-type': 'application/fhir+json',
      'content-length': Buffer.byteLength(json),
    });
    response.end(json);
  });
}).listen(Number(port), '127.0.0.1');
