import type { Clock } from './clock.ts';
import type { Settings } from './config.ts';
import type { Log } from './log.ts';
import { FileSource } from './source/file/file-source.ts';
import { RestSource } from './source/rest/rest-source.ts';
import type { Source } from './source/source.ts';

export type SourceSettings = Pick<
  Settings,
  | 'types'
  | 'pageSize'
  | 'parallelTypes'
  | 'resolveReferences'
  | 'header'
  | 'allowOrigin'
  | 'requestTimeout'
  | 'maxResourceBytes'
>;

/** What sources work with; `stdin` is read where a source is `-`. */
export interface SourceParts {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly log: Log;
}

/** About 15 s of patience, unless the server says how long it needs. */
const BACK_OFF = { attempts: 6, firstMs: 500, mostMs: 30_000, random: Math.random };

/**
 * The sources that a user named: addresses are servers, everything else is files. Files that follow one another are one
 * source. Throws `ingest-source-invalid` for what is not there or cannot be asked.
 */
export function openSources(
  names: readonly string[],
  settings: SourceSettings,
  parts: SourceParts,
): readonly Source[] {
  const { maxResourceBytes } = settings;
  const sources: Source[] = [];
  let paths: string[] = [];
  const closeFiles = () => {
    if (paths.length > 0) sources.push(new FileSource({ paths, maxResourceBytes, ...parts }));
    paths = [];
  };
  for (const name of names) {
    if (!/^https?:\/\//i.test(name)) paths.push(name);
    else {
      closeFiles();
      sources.push(serverSource(name, settings, parts));
    }
  }
  closeFiles();
  return sources;
}

function serverSource(url: string, settings: SourceSettings, { clock, log }: SourceParts): Source {
  const { types, pageSize, parallelTypes, resolveReferences, maxResourceBytes } = settings;
  return new RestSource({
    ...{ url, types, pageSize, parallelTypes, resolveReferences, maxResourceBytes, clock, log },
    headers: settings.header,
    allowedOrigins: settings.allowOrigin,
    timeoutMs: settings.requestTimeout,
    backOff: BACK_OFF,
  });
}
