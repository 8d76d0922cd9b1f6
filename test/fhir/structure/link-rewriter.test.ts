import { describe, expect, it } from 'vitest';
import { Definitions } from '../../../src/fhir/structure/definitions.ts';
import { LinkRewriter } from '../../../src/fhir/structure/link-rewriter.ts';

const rewriter = new LinkRewriter(new Definitions());
const rewrite = (resource: string | { resourceType: string }) => {
  const text = typeof resource === 'string' ? resource : JSON.stringify(resource);
  const { resourceType = 'Patient' } = typeof resource === 'string' ? {} : resource;
  return rewriter.rewrite(text, resourceType, (link, kind) =>
    link === 'urn:uuid:a'
      ? 'Patient/1'
      : kind === 'reference' && link === 'Patient?x=y'
        ? 'Patient/2'
        : undefined,
  );
};
const json = (resource: { resourceType: string } & Record<string, unknown>) => JSON.parse(rewrite(resource));

describe('LinkRewriter', () => {
  it('replaces references, addresses and links of the narrative, in every place that R4 gives them', () => {
    const reference = { reference: 'urn:uuid:a' };
    const resource = {
      resourceType: 'Observation',
      text: {
        status: 'generated',
        div: '<div><a href="urn:uuid:a">a</a><img src=\'urn:uuid:a\'/>urn:uuid:a</div>',
      },
      contained: [{ subject: reference, resourceType: 'Condition' }],
      extension: [
        { url: 'urn:x', valueUri: 'urn:uuid:a' },
        { url: 'urn:x', valueReference: reference },
      ],
      implicitRules: 'urn:uuid:a',
      subject: reference,
      performer: [{ display: 'b' }, reference],
    };
    const text = JSON.stringify(json(resource));
    expect(text.match(/Patient\/1/g)).toHaveLength(8);
    expect(text).toContain("src='Patient/1'/>urn:uuid:a</div>");
  });

  it('leaves what is no link', () => {
    const resource = {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:a' }],
      name: [{ text: 'urn:uuid:a', family: 'Patient?x=y' }],
      extension: [
        { url: 'urn:x', valueUri: 'Patient?x=y' },
        { url: 'urn:x', valueUuid: 'urn:uuid:a' },
        { url: 'urn:x', valueCanonical: 'urn:uuid:a' },
      ],
      meta: { profile: ['urn:uuid:a'] },
    };
    expect(json(resource)).toEqual(resource);
  });

  it('leaves every other byte as it was', () => {
    const text =
      '{ "value" : 1.00, "resourceType":"Patient",\n"link":[ {"other":{"reference": "urn:uuid:\\u0061"}} ] }';
    expect(rewrite(text)).toBe(text.replace('"urn:uuid:\\u0061"', '"Patient/1"'));
    expect(rewrite({ resourceType: 'Patient' })).toBe('{"resourceType":"Patient"}');
  });

  it.each([
    '',
    '{',
    '{"link":',
    '{"link":[}',
    '{"link":[{"other":"',
    'null',
    '{"a" "b"}',
    '{"link":]}',
    '[1]',
  ])('gives back what is no JSON: %s', (text) => expect(rewrite(text)).toBe(text));
});
