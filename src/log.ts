/**
 * The part of a structured logger that the project uses; pino's loggers satisfy it.
 * Fields come first, the sentence second. Secrets and resource contents are never logged.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A log that drops everything. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
