import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';

/** NDJSON files and what is in them. */
export interface Dataset {
  readonly description: string;
  readonly files: readonly string[];
  /** `Type/id` of every resource, in source order. */
  readonly keys: readonly string[];
  /** Bytes of all resources, unpacked. */
  readonly bytes: number;
}

const SYNTHEA = fileURLToPath(new URL('../../../shared/data/synthea-small/', import.meta.url));

export const syntheaPresent = existsSync(SYNTHEA);

async function* lines(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield line;
  }
}

/** Reads which resources the NDJSON files of a folder hold. */
export async function openDataset(folder: string, name: string): Promise<Dataset> {
  const files = readdirSync(folder)
    .filter((file) => /\.ndjson(\.gz)?$/.test(file))
    .sort()
    .map((file) => join(folder, file));
  const keys: string[] = [];
  let bytes = 0;
  for (const file of files) {
    for await (const line of lines(file)) {
      const { resourceType, id } = JSON.parse(line) as { resourceType: string; id: string };
      keys.push(`${resourceType}/${id}`);
      bytes += Buffer.byteLength(line);
    }
  }
  const megabytes = Math.round(bytes / 1e6);
  const description = `${name}: ${keys.length.toLocaleString('en-US')} resources, ${megabytes} MB of JSON`;
  return { description, files, keys, bytes };
}

export function openSynthea(): Promise<Dataset> {
  return openDataset(SYNTHEA, 'Synthea');
}

/**
 * Writes a dataset `factor` times as large: every resource comes again with `-1`, `-2`, … behind its id and behind the
 * ids that it refers to, so every copy is a hospital of its own.
 */
export async function enlarge(dataset: Dataset, factor: number, folder: string): Promise<readonly string[]> {
  mkdirSync(folder);
  const files: string[] = [];
  for (const source of dataset.files) {
    const file = join(folder, source.slice(source.lastIndexOf('/') + 1).replace(/\.gz$/, ''));
    const output = createWriteStream(file);
    for await (const line of lines(source)) {
      const id = `"id":"${(JSON.parse(line) as { id: string }).id}"`;
      let copies = `${line}\n`;
      for (let copy = 1; copy < factor; copy++) {
        const renamed = line
          .replace(id, () => `${id.slice(0, -1)}-${copy}"`)
          .replaceAll(/("reference":"[A-Za-z]+\/[^"]+)"/g, `$1-${copy}"`);
        copies += `${renamed}\n`;
      }
      if (!output.write(copies)) await once(output, 'drain');
    }
    output.end();
    await once(output, 'finish');
    files.push(file);
  }
  return files;
}
