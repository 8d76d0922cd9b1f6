import { createReadStream, globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** What was ingested, by type and id: each resource as its source has it, without the members that servers own. */
export type SourceModel = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads a folder of NDJSON files, compressed or not. */
export async function readSource(folder: string): Promise<SourceModel> {
  const types = new Map<string, Map<string, string>>();
  for (const name of globSync('*.ndjson{,.gz}', { cwd: folder }).sort()) {
    const file = createReadStream(join(folder, name));
    for await (const line of createInterface({
      input: name.endsWith('.gz') ? file.pipe(createGunzip()) : file,
    })) {
      if (line.trim() === '') continue;
      const resource = JSON.parse(line) as Resource;
      const ofType = types.get(resource.resourceType) ?? new Map<string, string>();
      types.set(resource.resourceType, ofType.set(resource.id, withoutServerMembers(resource)));
    }
  }
  return types;
}

export interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** JSON of a resource without its version and time, its members in their order but for `meta`. */
export function withoutServerMembers({ meta = {}, ...resource }: Resource): string {
  const { versionId: _version, lastUpdated: _time, ...own } = meta;
  return JSON.stringify({ ...resource, ...(Object.keys(own).length > 0 && { meta: own }) });
}
