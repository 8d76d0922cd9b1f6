import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../../src/fhir/patch/json-patch.ts';

const apply = (document: string, ...operations: object[]) =>
  applyJsonPatch(document, JSON.stringify(operations));

describe('applyJsonPatch', () => {
  it('leaves numbers as they were written, in the resource and in the patch', () => {
    const document = '{"value":1.00,"big":12345678901234567890.10,"e":1e-7,"x":1}';
    expect(applyJsonPatch(document, '[{"op":"add","path":"/y","value":[2.50]}]')).toBe(
      '{"value":1.00,"big":12345678901234567890.10,"e":1e-7,"x":1,"y":[2.50]}',
    );
    expect(apply(document, { op: 'move', from: '/value', path: '/v' })).toContain('"v":1.00');
    expect(apply(document, { op: 'copy', from: '/value', path: '/v' })).toContain('"v":1.00');
    expect(apply(document, { op: 'test', path: '/value', value: 1 })).toBe(document);
  });

  it('takes members for what they are called, not for what they are in JavaScript', () => {
    expect(apply('{}', { op: 'add', path: '/__proto__', value: { a: true } })).toBe(
      '{"__proto__":{"a":true}}',
    );
    expect(() => apply('{}', { op: 'test', path: '/constructor/name', value: 'Object' })).toThrow(
      expect.objectContaining({ code: 'patch-not-applicable' }),
    );
  });

  it.each([
    ['{"op":"add"}', 'patch-malformed'],
    ['[1]', 'patch-malformed'],
    ['[{"op":"add","path":"/a"}]', 'patch-malformed'],
    ['[{"op":"add","path":"a","value":1}]', 'patch-malformed'],
    ['[{"op":"add","path":"/a~2","value":1}]', 'patch-malformed'],
    ['[{"op":"spin","path":"/a"}]', 'patch-malformed'],
    ['[{"op":"move","from":"/list","path":"/list/0"}]', 'patch-malformed'],
    ['[{"op":"remove","path":"/a"}', 'json-malformed'],
    ['[{"op":"remove","op":"add","path":"/a"}]', 'json-duplicate-key'],
    ['[{"op":"remove","path":""}]', 'patch-not-applicable'],
    ['[{"op":"remove","path":"/nothing"}]', 'patch-not-applicable'],
    ['[{"op":"replace","path":"/list/2","value":1}]', 'patch-not-applicable'],
    ['[{"op":"add","path":"/list/3","value":1}]', 'patch-not-applicable'],
    ['[{"op":"add","path":"/list/01","value":1}]', 'patch-not-applicable'],
    ['[{"op":"add","path":"/text/x","value":1}]', 'patch-not-applicable'],
    ['[{"op":"remove","path":"/list/-"}]', 'patch-not-applicable'],
  ])('refuses %s', (patch, code) => {
    expect(() => applyJsonPatch('{"list":[1,2],"text":"t"}', patch)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('does not copy without end', () => {
    const text = 'x'.repeat(1_000_000);
    const copies = Array.from({ length: 40 }, () => ({ op: 'copy', from: '', path: '/list/-' }));
    expect(() => apply(`{"text":"${text}","list":[]}`, ...copies)).toThrow(
      expect.objectContaining({ code: 'patch-not-applicable' }),
    );
  });
});
