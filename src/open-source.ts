import type { Clock } from './clock.ts';
import type { Settings } from './config.ts';
import { WarmfhirError } from './errors.ts';
import type { Log } from './log.ts';
import { FileSource } from './source/file/file-source.ts';
import { RestSource } from './source/rest/rest-source.ts';
import type { Source } from './source/source.ts';

export type SourceSettings = Pick<
  Settings,
  | 'types'
  | 'resolveReferences'
  | 'header'
  | 'allowOrigin'
  | 'pageSize'
  | 'parallelTypes'
  | 'requestTimeout'
  | 'retries'
  | 'maxResourceBytes'
>;

/** Waits between attempts: five retries take about twelve seconds. */
const BACK_OFF = { firstMs: 500, mostMs: 60_000, random: Math.random };

/**
 * Sources for what was named on the command line, in that order: each http(s) address is a FHIR server, paths between
 * addresses belong together. Throws `ingest-source-invalid`.
 */
export function openSources(
  names: readonly string[],
  settings: SourceSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Source[] {
  const sources: Source[] = [];
  let paths: string[] = [];
  const { maxResourceBytes } = settings;
  const closePaths = () => {
    if (paths.length > 0)
      sources.push(new FileSource({ paths, maxResourceBytes, stdin: process.stdin, log }));
    paths = [];
  };
  for (const name of names) {
    if (!/^https?:/i.test(name)) {
      const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(name) ?? [];
      if (scheme !== undefined) {
        // An address may hold a password: only its kind is named.
        throw new WarmfhirError(
          'ingest-source-invalid',
          `A FHIR server's address is http:// or https://; "${scheme}:" is not known.`,
        );
      }
      paths.push(name);
      continue;
    }
    closePaths();
    sources.push(
      new RestSource({
        url: name,
        types: settings.types,
        pageSize: settings.pageSize,
        parallelTypes: settings.parallelTypes,
        resolveReferences: settings.resolveReferences,
        headers: settings.header,
        allowedOrigins: settings.allowOrigin,
        timeoutMs: settings.requestTimeout,
        backOff: { ...BACK_OFF, attempts: settings.retries + 1 },
        maxResourceBytes,
        clock,
        log,
      }),
    );
  }
  closePaths();
  return sources;
}
