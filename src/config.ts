/**
 * Every setting of every command as one table, and the only place that reads the environment.
 * A flag wins over its environment variable, which wins over the default. docs/configuration.md lists the same table.
 */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { WarmfhirError } from './errors.ts';
import {
  amount,
  byteSize,
  duration,
  headerField,
  httpUrl,
  oneOf,
  originOf,
  resourceTypes,
  yesOrNo,
} from './setting-value.ts';

interface Setting<Value> {
  /** As commander takes it: `--port <number>`. */
  readonly flags: string;
  /** Absent where a setting belongs to a single run only. */
  readonly env?: `WARMFHIR_${string}`;
  /** As one would type it. */
  readonly fallback?: string;
  readonly description: string;
  readonly schema: z.ZodType<Value>;
  /** May be given several times; in the environment one value per line. */
  readonly repeatable?: true;
  /** Its value is never shown. */
  readonly secret?: true;
}

function setting<const S extends Setting<unknown>>(row: S): S {
  return row;
}

const storeAddress = z
  .string()
  .regex(/^[a-z]+:./, 'an address such as sqlite:./data or postgres://user@host/database');

export const SETTINGS = {
  store: setting({
    flags: '--store <address>',
    env: 'WARMFHIR_STORE',
    fallback: 'sqlite:./data',
    description: 'where master, tenants and their changes live',
    schema: storeAddress,
    secret: true,
  }),
  from: setting({
    flags: '--from <address>',
    env: 'WARMFHIR_FROM',
    description: 'the store that is moved; it is only read, and nothing may write to it meanwhile',
    schema: storeAddress,
    secret: true,
  }),
  to: setting({
    flags: '--to <address>',
    env: 'WARMFHIR_TO',
    description: 'the empty store that it goes into',
    schema: storeAddress,
    secret: true,
  }),
  host: setting({
    flags: '--host <address>',
    env: 'WARMFHIR_HOST',
    fallback: '127.0.0.1',
    description: 'address to listen on; one that is not loopback needs --insecure-no-auth',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or IP address'),
  }),
  port: setting({
    flags: '--port <number>',
    env: 'WARMFHIR_PORT',
    fallback: '8080',
    description: 'port to listen on; 0 takes a free one',
    schema: amount(0, 65_535),
  }),
  workers: setting({
    flags: '--workers <number>',
    env: 'WARMFHIR_WORKERS',
    description: 'how many processes serve together; by default one for each core',
    schema: amount(1, 1_024),
  }),
  publicUrl: setting({
    flags: '--public-url <url>',
    env: 'WARMFHIR_PUBLIC_URL',
    description: 'address that clients use, for links in answers; by default that of the request',
    schema: httpUrl,
  }),
  insecureNoAuth: setting({
    flags: '--insecure-no-auth',
    env: 'WARMFHIR_INSECURE_NO_AUTH',
    fallback: 'false',
    description: 'listen on an address that others can reach although nobody has to log in',
    schema: yesOrNo,
  }),
  idleTimeout: setting({
    flags: '--idle-timeout <duration>',
    env: 'WARMFHIR_IDLE_TIMEOUT',
    fallback: '30m',
    description: 'a tenant without a request for this long goes cold',
    schema: duration,
  }),
  autoWarm: setting({
    flags: '--auto-warm',
    env: 'WARMFHIR_AUTO_WARM',
    fallback: 'false',
    description: 'warm a cold tenant at its first request instead of answering 503',
    schema: yesOrNo,
  }),
  maxWarmTenants: setting({
    flags: '--max-warm-tenants <number>',
    env: 'WARMFHIR_MAX_WARM_TENANTS',
    fallback: '100000',
    description: 'above it the tenant that is idle longest goes cold',
    schema: amount(1),
  }),
  maxBody: setting({
    flags: '--max-body <size>',
    env: 'WARMFHIR_MAX_BODY',
    fallback: '20MB',
    description: 'largest request body',
    schema: byteSize,
  }),
  maxBundle: setting({
    flags: '--max-bundle <size>',
    env: 'WARMFHIR_MAX_BUNDLE',
    fallback: '100MB',
    description: 'largest Bundle that is sent to the base, as a batch or transaction',
    schema: byteSize,
  }),
  documentCache: setting({
    flags: '--document-cache <size>',
    env: 'WARMFHIR_DOCUMENT_CACHE',
    fallback: '256MB',
    description: 'memory for master documents that were read before; 0 switches it off',
    schema: byteSize,
  }),
  overlayHandles: setting({
    flags: '--overlay-handles <number>',
    env: 'WARMFHIR_OVERLAY_HANDLES',
    fallback: '512',
    description: 'how many tenants with changes have their files open at once',
    schema: amount(1, 100_000),
  }),
  listenUrl: setting({
    flags: '--listen-url <url>',
    env: 'WARMFHIR_LISTEN_URL',
    description: 'address of the PostgreSQL server itself, where --store leads to a pooler such as pgbouncer',
    schema: z.string().regex(/^postgres(ql)?:\/\/./, 'an address such as postgres://user@host/database'),
    secret: true,
  }),
  statementTimeout: setting({
    flags: '--statement-timeout <duration>',
    env: 'WARMFHIR_STATEMENT_TIMEOUT',
    fallback: '5s',
    description:
      'longest time for one statement of PostgreSQL; a server that is silent for longer is given up',
    schema: duration,
  }),
  databaseConnections: setting({
    flags: '--database-connections <number>',
    env: 'WARMFHIR_DATABASE_CONNECTIONS',
    fallback: '10',
    description: 'most connections of a process to PostgreSQL, beside the one that listens',
    schema: amount(4, 1_000),
  }),
  logLevel: setting({
    flags: '--log-level <level>',
    env: 'WARMFHIR_LOG_LEVEL',
    fallback: 'info',
    description: 'debug, info, warn, error or silent; the log goes to standard error as JSON lines',
    schema: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  }),
  types: setting({
    flags: '--types <list>',
    env: 'WARMFHIR_TYPES',
    description: 'resource types to fetch from a server, separated by commas; by default all that it lists',
    schema: resourceTypes,
  }),
  resolveReferences: setting({
    flags: '--resolve-references',
    env: 'WARMFHIR_RESOLVE_REFERENCES',
    fallback: 'false',
    description: 'also fetch resources that are referred to and that the pages did not bring',
    schema: yesOrNo,
  }),
  header: setting({
    flags: '--header <field>',
    env: 'WARMFHIR_HEADER',
    repeatable: true,
    secret: true,
    description: "'Name: value' for every request to the source's own origin; may be repeated",
    schema: z.array(headerField),
  }),
  allowOrigin: setting({
    flags: '--allow-origin <url>',
    env: 'WARMFHIR_ALLOW_ORIGIN',
    repeatable: true,
    description: 'another origin that links and references may lead to; may be repeated',
    schema: z.array(originOf),
  }),
  pageSize: setting({
    flags: '--page-size <number>',
    env: 'WARMFHIR_PAGE_SIZE',
    fallback: '500',
    description: '_count that a source server is asked for',
    schema: amount(1, 10_000),
  }),
  parallelTypes: setting({
    flags: '--parallel-types <number>',
    env: 'WARMFHIR_PARALLEL_TYPES',
    fallback: '4',
    description: 'how many resource types a source server is asked for at once',
    schema: amount(1, 64),
  }),
  requestTimeout: setting({
    flags: '--request-timeout <duration>',
    env: 'WARMFHIR_REQUEST_TIMEOUT',
    fallback: '60s',
    description: 'how long to wait for one answer of a source server before trying again',
    schema: duration,
  }),
  retries: setting({
    flags: '--retries <number>',
    env: 'WARMFHIR_RETRIES',
    fallback: '5',
    description:
      'how often a request to a source server is sent again before the ingest ends, waiting longer each time',
    schema: amount(0, 100),
  }),
  force: setting({
    flags: '--force',
    fallback: 'false',
    description: 'build a new generation although the master is ready',
    schema: yesOrNo,
  }),
  allowRejects: setting({
    flags: '--allow-rejects',
    env: 'WARMFHIR_ALLOW_REJECTS',
    fallback: 'false',
    description: 'seal the generation although something was rejected',
    schema: yesOrNo,
  }),
  maxResourceBytes: setting({
    flags: '--max-resource-bytes <size>',
    env: 'WARMFHIR_MAX_RESOURCE_BYTES',
    fallback: '16MB',
    description: 'a larger resource is rejected',
    schema: byteSize,
  }),
  patients: setting({
    flags: '--patients <number>',
    fallback: '200',
    description: 'how many patients the sample hospital has',
    schema: amount(0, 10_000_000),
  }),
  out: setting({
    flags: '--out <folder>',
    fallback: './sample',
    description: 'folder to write to; files of the same names are replaced',
    schema: z.string().min(1, 'a folder'),
  }),
  seed: setting({
    flags: '--seed <number>',
    fallback: '1',
    description: 'the same seed makes the same bytes',
    schema: amount(0, 4_294_967_295),
  }),
  format: setting({
    flags: '--format <name>',
    fallback: 'ndjson',
    description: 'ndjson (a file per resource type) or bundle (a transaction per patient)',
    schema: oneOf('ndjson', 'bundle'),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S extends Setting<unknown>> = S extends
  | { readonly fallback: string }
  | { readonly repeatable: true }
  ? z.output<S['schema']>
  : z.output<S['schema']> | undefined;

/** The values that a command works with. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** Adds the named settings to a command as options; `readSettings` reads them. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const row: Setting<unknown> = SETTINGS[name];
    const notes = [
      row.fallback === undefined || row.fallback === 'false' ? [] : `default: ${row.fallback}`,
      row.env === undefined ? [] : `env: ${row.env}`,
    ].flat();
    const option = new Option(
      row.flags,
      notes.length === 0 ? row.description : `${row.description} (${notes.join(', ')})`,
    );
    if (row.repeatable) option.argParser((value: string, earlier: string[] = []) => [...earlier, value]);
    command.addOption(option);
  }
  return command;
}

/**
 * Values of the named settings, from what the command line gave, else the environment, else the default.
 * An empty variable counts as absent. Throws `setting-invalid` naming the flag or the variable.
 */
export function readSettings<Name extends SettingName>(
  names: readonly Name[],
  given: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<Settings, Name> {
  const entries = names.map((name) => [name, readSetting(SETTINGS[name], given[name], environment)] as const);
  return Object.fromEntries(entries) as Pick<Settings, Name>;
}

function readSetting(
  row: Setting<unknown>,
  given: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const variable = row.env === undefined ? undefined : environment[row.env] || undefined;
  const [flag = ''] = row.flags.split(' ');
  const source = given === undefined && variable !== undefined ? row.env! : flag;
  let raw = given === true ? 'true' : (given ?? variable ?? row.fallback);
  if (row.repeatable && !Array.isArray(raw))
    raw = typeof raw === 'string' ? raw.split('\n').filter(Boolean) : [];
  if (raw === undefined) return undefined;
  const result = row.schema.safeParse(raw);
  if (result.success) return result.data;
  const expected = result.error.issues[0]?.message ?? 'another value';
  throw new WarmfhirError(
    'setting-invalid',
    row.secret ? `${source} takes ${expected}.` : `${source} takes ${expected}, not "${String(raw)}".`,
  );
}

/** The version of this package. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
