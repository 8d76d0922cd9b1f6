import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applyFhirPathPatch } from '../../../src/fhir/patch/fhirpath-patch.ts';
import { applyJsonPatch } from '../../../src/fhir/patch/json-patch.ts';
import { Definitions } from '../../../src/fhir/structure/definitions.ts';
import { child, parseXml, resourceOfXml, type XmlElement } from './fhir-xml.ts';

const FOLDER = fileURLToPath(new URL('../../../../shared/data/patch-tests/', import.meta.url));
const IS_THERE = existsSync(FOLDER);
const read = (name: string) => readFileSync(FOLDER + name, 'utf8');

interface JsonCase {
  readonly comment: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
}

describe.skipIf(!IS_THERE)('the JSON Patch tests of HL7', () => {
  const cases = IS_THERE ? (JSON.parse(read('json-patch-tests.json')) as JsonCase[]) : [];

  it('are all there', () => expect(cases).toHaveLength(16));

  it.each(cases)('$comment', ({ doc, patch, expected }) => {
    const apply = () => applyJsonPatch(JSON.stringify(doc), JSON.stringify(patch));
    if (expected === undefined)
      expect(apply).toThrow(expect.objectContaining({ code: 'patch-not-applicable' }));
    else expect(JSON.parse(apply())).toEqual(expected);
  });
});

describe.skipIf(!IS_THERE)('the FHIRPath Patch tests of HL7', () => {
  const [tests] = IS_THERE ? parseXml(read('fhir-patch-tests.xml')) : [];
  const cases = (tests?.children ?? []).map((each) => ({ name: each.attributes.name!, each }));

  it('are all there', () => expect(cases).toHaveLength(33));

  it.each(cases)('$name', ({ each }) => {
    const definitions = new Definitions();
    const resource = (part: XmlElement) => resourceOfXml(part.children[0]!, definitions);
    const input = resource(child(each, 'input')!);
    const diff = resource(child(each, 'diff')!);
    const apply = () => applyFhirPathPatch(JSON.stringify(input), JSON.stringify(diff), definitions);
    const output = child(each, 'output');
    if (output === undefined)
      expect(apply).toThrow(expect.objectContaining({ code: 'patch-not-applicable' }));
    else expect(withLayout(JSON.parse(apply()))).toEqual(withLayout(resource(output)));
  });
});

/** The narrative as the tests' own XML is laid out tells nothing. */
function withLayout(resource: object): object {
  const { text, ...rest } = resource as { text?: { div: string } };
  if (text === undefined) return rest;
  const div = text.div.replaceAll(/&#10;|\s+/g, '').replaceAll('&quot;', '"');
  return { ...rest, text: { ...text, div } };
}
