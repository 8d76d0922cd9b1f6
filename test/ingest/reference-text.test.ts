import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referencesIn, replaceReferences } from '../../src/ingest/reference-text.ts';

describe('replaceReferences', () => {
  it('replaces references wherever they stand, and no other byte', () => {
    const json =
      '{"n":1.00,"subject":{"reference":"urn:uuid:1"},"contained":[{"a":{"reference":"urn:uuid:1","display":"urn:uuid:1"}}],' +
      '"extension":[{"valueReference":{"reference":"urn:uuid:2"}}],"value":1e-7}';
    expect(
      replaceReferences(json, (reference) => (reference === 'urn:uuid:1' ? 'Patient/1' : reference)),
    ).toBe(json.replaceAll('"reference":"urn:uuid:1"', '"reference":"Patient/1"'));
  });

  it('reads escapes, and is not misled by quotes in strings and keys', () => {
    const json =
      '{"a":{"reference":"Patient\\/1"},"text":"say \\"reference\\":\\"x\\"","odd\\"reference":"y","b":{"reference":"a\\\\"}}';
    expect([...referencesIn(json)]).toEqual(['Patient/1', 'a\\']);
    expect(replaceReferences(json, (reference) => reference)).toBe(json);
  });

  it('does what a walk through the parsed value would do', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.constantFrom('urn:uuid:1', '"', '\\', '"reference":"x"'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('reference', 'a', '"reference', 'x"reference'), tie('value')),
      ),
    }));
    const walk = (node: unknown): unknown => {
      if (Array.isArray(node)) return node.map(walk);
      if (typeof node !== 'object' || node === null) return node;
      return Object.fromEntries(
        Object.entries(node).map(([key, child]) => [
          key,
          key === 'reference' && typeof child === 'string' ? `<${child}>` : walk(child),
        ]),
      );
    };
    fc.assert(
      fc.property(value, (tree) => {
        const json = JSON.stringify({ tree });
        expect(JSON.parse(replaceReferences(json, (reference) => `<${reference}>`))).toEqual(
          walk(JSON.parse(json)),
        );
      }),
    );
  });
});
