import { QueryScope } from './query-scope.ts';
import { isGiven, kindOf, nodesIn, type Statement, statementsOf, type Tree } from './syntax-tree.ts';

/** Functions whose value depends on when or where they run. */
const VOLATILE = new Set([
  ...['now', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp', 'timeofday'],
  ...['random', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'nextval', 'txid_current', 'pg_current_xact_id'],
]);

const WRITES = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);
const QUERIES = new Set(['SelectStmt', ...WRITES]);

/** Tables that hold rows of tenants; those of the installation lie on one node. */
export function isTenantTable(table: string): boolean {
  return table.startsWith('tenant_');
}

/**
 * The rules that let one layout run on PostgreSQL and on Citus, each statement on one worker with a one-phase commit.
 *
 * @returns what a text breaks; empty when every statement of it keeps them
 */
export async function violations(sql: string): Promise<readonly string[]> {
  return (await statementsOf(sql)).flatMap((statement) => [
    ...settings(statement),
    ...(QUERIES.has(statement.kind) ? query(statement, new Set()) : []),
    ...(statement.kind === 'TruncateStmt' && tenantTablesIn(statement).length > 0
      ? ['TRUNCATE takes the rows of every tenant']
      : []),
  ]);
}

/** Tables that a text writes; a transaction that writes a tenant's rows writes nothing else. */
export async function writtenTables(sql: string): Promise<readonly string[]> {
  const statements = await statementsOf(sql);
  return statements.flatMap(({ kind, body }) =>
    [...nodesIn({ [kind]: body })]
      .filter((node) => WRITES.has(node.kind))
      .map((node) => node.body.relation.relname as string),
  );
}

function settings({ kind, body }: Statement): readonly string[] {
  if (kind === 'CreateTrigStmt') return ['triggers do not run on distributed tables'];
  if (kind === 'VariableSetStmt' && body.name === 'plan_cache_mode') return ['plan_cache_mode is left alone'];
  const called = [...nodesIn({ [kind]: body })].filter((node) => node.kind === 'FuncCall').map(nameOf);
  return called.includes('set_config') ? ['set_config() does not reach the workers: SET LOCAL does'] : [];
}

/** Checks one query and those inside of it, given what the outer ones bind to one tenant. */
function query({ kind, body }: Statement, outer: ReadonlySet<string>): readonly string[] {
  if (kind === 'SelectStmt' && body.larg !== undefined) {
    const arms = [body.larg, body.rarg].map((arm) => ({ kind, body: arm }));
    return [...arms.flatMap((arm) => query(arm, outer)), ...inner([body.withClause, body.sortClause], outer)];
  }
  const relation = body.relation === undefined ? [] : [{ RangeVar: body.relation }];
  const isInsert = kind === 'InsertStmt';
  const sources = isInsert ? [] : [...relation, ...(body.fromClause ?? []), ...(body.usingClause ?? [])];
  const scope = new QueryScope(isTenantTable, outer, sources, body.whereClause);
  const found = scope.unbound().map(({ table }) => `${table} is not bound to one tenant_id`);
  const tables = scope.relations.map(({ table }) => table);
  if (tables.some(isTenantTable)) found.push(...strangers(tables));
  if (WRITES.has(kind) && isTenantTable(body.relation.relname)) {
    found.push(...volatileIn(body), ...(isInsert ? insert(body) : []));
  }
  return [...found, ...inner(body, scope.bound())];
}

/** Subqueries of a query, wherever they stand. */
function inner(body: unknown, outer: ReadonlySet<string>): readonly string[] {
  return [...nodesIn(body, (kind) => !QUERIES.has(kind))]
    .filter(({ kind }) => QUERIES.has(kind))
    .flatMap((statement) => query(statement, outer));
}

/** Tables of the installation lie on another node than a tenant's rows. */
function strangers(tables: readonly string[]): readonly string[] {
  return tables
    .filter((table) => INSTALLATION.has(table))
    .map((table) => `${table} lies on another node than the tenant's rows`);
}

const INSTALLATION = new Set(['tenant', 'generation', 'setting', 'ingestion_status', 'change']);

function insert(body: Tree): readonly string[] {
  const { relation, cols = [], selectStmt, onConflictClause } = body;
  const found: string[] = [];
  const place = cols.findIndex((column: Tree) => column.ResTarget.name === 'tenant_id');
  const { valuesLists, fromClause = [] } = selectStmt?.SelectStmt ?? {};
  if (place < 0) found.push(`${relation.relname} gets rows without a tenant_id`);
  else if (valuesLists === undefined) {
    const isOwn = fromClause.length > 0 && fromClause.every(isOfTenants);
    if (!isOwn) found.push('INSERT … SELECT from anything but tenant tables does not stay on one worker');
  } else if (!valuesLists.every(({ List }: Tree) => isGiven(List.items[place]))) {
    found.push('the tenant_id of a new row is a parameter or a literal');
  }
  const target = onConflictClause?.infer?.indexElems?.map((element: Tree) => element.IndexElem.name) ?? [];
  if (target.length > 0 && target[0] !== 'tenant_id') found.push('ON CONFLICT begins with tenant_id');
  return found;
}

/** True where a source of FROM reads rows of tenants alone. */
function isOfTenants(source: Tree): boolean {
  const { kind, body } = kindOf(source);
  if (kind === 'JoinExpr') return isOfTenants(body.larg) && isOfTenants(body.rarg);
  return kind === 'RangeVar' && isTenantTable(body.relname);
}

function volatileIn(body: Tree): readonly string[] {
  const nodes = [...nodesIn(body)];
  const called = nodes.filter(({ kind }) => kind === 'FuncCall').map(nameOf);
  const clocks = nodes.filter(
    ({ kind, body: value }) => kind === 'SQLValueFunction' && /TIME|DATE/.test(value.op),
  );
  return [...called.filter((name) => VOLATILE.has(name)), ...clocks.map(({ body: value }) => value.op)].map(
    (name) => `${name} in a write differs from node to node`,
  );
}

function nameOf({ body }: Statement): string {
  return body.funcname.at(-1).String.sval;
}

function tenantTablesIn({ kind, body }: Statement): readonly string[] {
  return [...nodesIn({ [kind]: body })]
    .filter((node) => node.kind === 'RangeVar')
    .map((node) => node.body.relname as string)
    .filter(isTenantTable);
}
