import { pino } from 'pino';
import type { Settings } from './config.ts';
import type { Log } from './log.ts';

/** A log of JSON lines on standard error; written at once, so that nothing is lost when the process ends. */
export function jsonLog(level: Settings['logLevel']): Log {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
