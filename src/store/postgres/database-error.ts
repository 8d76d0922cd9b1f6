import { WarmfhirError } from '../../errors.ts';

/**
 * What SQLSTATE codes mean to whoever waits for an answer; the first row that fits counts.
 * See https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const MEANINGS: readonly (readonly [
  RegExp,
  'store-full' | 'store-damaged' | 'store-schema' | 'search-too-costly',
  string,
])[] = [
  [/^53100$/, 'store-full', 'The disk of the database is full: nothing was written.'],
  [/^(XX001|XX002)$/, 'store-damaged', 'The database reports damaged data.'],
  [/^54/, 'search-too-costly', 'The search is too long for one statement: ask for fewer values.'],
  [
    /^(3F000|42P01|42703|42883|42704)$/,
    'store-schema',
    'Tables of warmfhir are missing in this database: run warmfhir migrate.',
  ],
  [
    /^42501$/,
    'store-schema',
    'The login of the database may not do this: migrate, ingest, move and prune are for the owner of the schema, all else for members of warmfhir_app.',
  ],
];

/** Failures that pass: of the connection, of resources, of a server that starts, stops or lets another one take over. */
const PASSES = /^(08|53|55|57|58|25006|25P03|26000|40|0A000)/;

/** Failures of the socket and of the look-up of its name. */
const SOCKET = /^(E[A-Z_]+)$/;

/**
 * What an error of PostgreSQL or of the connection to it means to clients; others are returned as they are. The sentence
 * holds no address: that may hold a password.
 */
export function databaseError(error: unknown): unknown {
  if (error instanceof WarmfhirError || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') {
    // The client library's own words, before anything was sent.
    if (/password must be/.test(error.message))
      return unavailable('The database asks for a password, and its address has none.', error);
    return /connection|timeout expired|not queryable|client was closed/i.test(error.message)
      ? unavailable('The database does not answer.', error)
      : error;
  }
  const meaning = MEANINGS.find(([pattern]) => pattern.test(code));
  if (meaning !== undefined) return new WarmfhirError(meaning[1], meaning[2], { cause: error });
  if (code === '3D000') return unavailable('The server of the database has no database of this name.', error);
  if (/^28/.test(code)) return unavailable(`The database refuses the login (${code}).`, error);
  if (PASSES.test(code)) return unavailable(`The database cannot be used right now (${code}).`, error);
  return SOCKET.test(code) ? unavailable(`The database cannot be reached (${code}).`, error) : error;
}

/** The database gave no answer within the time that it is given. */
export function noAnswer(cause?: unknown): WarmfhirError {
  return unavailable('The database did not answer in time.', cause);
}

function unavailable(detail: string, cause: unknown): WarmfhirError {
  return new WarmfhirError('store-unavailable', detail, { cause });
}
