import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Ports in lower layers are implemented here; only the composition names these. */
const ADAPTERS = ['store/sqlite/', 'store/postgres/', 'source/file/', 'source/rest/', 'metrics/prometheus/'];

/** Folders and files of src, lowest layer first: a file imports from lower layers or from its own folder. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors.ts', 'clock.ts', 'log.ts'],
  ['threads/'],
  ['fhir/', 'metrics/', 'sample/'],
  ['source/', 'store/'],
  ['collection/'],
  ['tenant/'],
  ['review/', 'transaction/', 'move/'],
  ['ingest/'],
  ['api/'],
  ADAPTERS,
  [
    ...['config.ts', 'setting-value.ts', 'json-log.ts', 'open-store.ts', 'open-source.ts'],
    ...['fhir-client.ts', 'main.ts', 'command/', 'supervisor/', 'cli.ts'],
  ],
];

const ADAPTER = LAYERS.indexOf(ADAPTERS);
const OUTERMOST = LAYERS.length - 1;
/** Adapters use ports and the pure core, not what is built on the ports. */
const ADAPTERS_REACH_BELOW = LAYERS.findIndex((layer) => layer.includes('ingest/'));
/** Those that choose adapters. */
const COMPOSITION = new Set(['main.ts', 'open-store.ts', 'open-source.ts', 'command/', 'supervisor/']);

interface SourceFile {
  /** Relative to src, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = globSync('**/*.ts', { cwd: join(ROOT, 'src') })
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(ROOT, 'src', path), 'utf8');
    const imports = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'(\.[^']+)'/g)].map((match) =>
      relative(join(ROOT, 'src'), join(ROOT, 'src', dirname(path), match[1]!)).replaceAll('\\', '/'),
    );
    return { path, text, imports };
  });

/** What a file belongs to: the longest entry of LAYERS that its path begins with, and the layer of that. */
function place(path: string): readonly [path: string, layer: number] {
  const places = LAYERS.flatMap((entries, layer) =>
    entries.filter((entry) => path.startsWith(entry)).map((entry) => [entry, layer] as const),
  );
  const longest = places.sort((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) expect.fail(`src/${path} lies in no layer: give its folder a place in LAYERS`);
  return longest;
}

function mayImport(from: string, to: string): boolean {
  const [fromPlace, fromLayer] = place(from);
  const [toPlace, toLayer] = place(to);
  if (fromPlace === toPlace) return true;
  if (fromLayer === ADAPTER) return toLayer < ADAPTERS_REACH_BELOW;
  if (toLayer === ADAPTER) return COMPOSITION.has(fromPlace);
  if (fromPlace === 'api/' && toPlace === 'ingest/') return false;
  return toLayer < fromLayer || fromLayer === OUTERMOST;
}

function offenders(pattern: RegExp, except: readonly string[] = []): string[] {
  return files
    .filter(({ path, text }) => !except.includes(path) && pattern.test(text))
    .map(({ path }) => path);
}

describe('the architecture of src', () => {
  it('has one-way layers', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => !mayImport(path, target))
        .map((target) => `src/${path} imports src/${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('imports files that exist, with their ending', () => {
    const known = new Set(files.map(({ path }) => path));
    const wrong = files.flatMap(({ path, imports }) =>
      imports.filter((target) => !known.has(target)).map((target) => `src/${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports', () => {
    const byPath = new Map(files.map((file) => [file.path, file.imports]));
    const finished = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (finished.has(path)) return;
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      for (const target of byPath.get(path) ?? []) visit(target, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of files) visit(path, []);
    expect(circles).toEqual([]);
  });

  it('has no drawers', () => {
    const drawers = /^(index|utils?|helpers?|types?|common|misc|shared)\b/;
    const everywhere = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
      globSync(`${folder}/**/*.ts`, { cwd: ROOT }),
    );
    expect(everywhere.filter((path) => path.split(/[\\/]/).some((part) => drawers.test(part)))).toEqual([]);
  });

  it('keeps every file under 400 lines', () => {
    const long = files
      .map(({ path, text }) => [path, text.split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });

  it('names files in lower-case words', () => {
    expect(files.filter(({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(basename(path)))).toEqual([]);
  });

  it('reads the environment in config.ts alone', () => {
    expect(offenders(/\bprocess\.env\b/, ['config.ts'])).toEqual([]);
  });

  it('raises WarmfhirError, never a bare error', () => {
    expect(offenders(/\bnew (Type|Range|Syntax)?Error\(/)).toEqual([]);
  });
});
