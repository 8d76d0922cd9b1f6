import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { stamp } from '../../src/fhir/resource-content.ts';
import { contentOfStored, REVIEW_SYSTEM, restamp, withReview } from '../../src/fhir/review-state.ts';

const METAS = [
  undefined,
  {},
  { tag: [{ system: 'urn:a', code: 'b' }] },
  { extension: [{ url: 'urn:a', valueDecimal: 1.5 }], profile: ['urn:p'] },
  { profile: ['urn:p'], tag: [{ code: 'c' }], extension: [{ url: 'urn:a' }], source: 'x' },
];

function stored(meta: object | undefined): string {
  return stamp(
    parseResource(JSON.stringify({ resourceType: 'Basic', id: '1', meta, language: 'de' })).content,
    1,
    0,
  );
}

test('a review adds one tag and one extension and leaves the rest alone', () => {
  for (const meta of METAS) {
    const reviewed = JSON.parse(withReview(stored(meta), 1000));
    const tags = (meta as { tag?: object[] } | undefined)?.tag ?? [];
    const extensions = (meta as { extension?: object[] } | undefined)?.extension ?? [];
    expect(reviewed.meta.tag).toEqual([...tags, { system: REVIEW_SYSTEM, code: 'reviewed' }]);
    expect(reviewed.meta.extension).toEqual([
      ...extensions,
      { url: REVIEW_SYSTEM, extension: [{ url: 'time', valueInstant: '1970-01-01T00:00:01.000Z' }] },
    ]);
    expect(reviewed).toMatchObject(JSON.parse(JSON.stringify({ ...JSON.parse(stored({})), meta: {} })));
  }
});

test('taking a review back gives the very same bytes, and a second review replaces the first', () => {
  fc.assert(
    fc.property(fc.constantFrom(...METAS), fc.nat(), fc.nat(), (meta, first, second) => {
      const before = stored(meta);
      expect(withReview(withReview(before, first), null)).toBe(before);
      expect(withReview(withReview(before, first), second)).toBe(withReview(before, second));
      expect(withReview(before, null)).toBe(before);
    }),
  );
});

test('content of a stored text is the inverse of stamping, and restamping changes version and time alone', () => {
  for (const meta of METAS) {
    const reviewed = withReview(stored(meta), 5);
    expect(stamp(contentOfStored(reviewed), 1, 0)).toBe(reviewed);
    expect(contentOfStored(reviewed)).toMatchObject({ type: 'Basic', id: '1' });
    expect(restamp(restamp(reviewed, 9, 99), 1, 0)).toBe(reviewed);
    expect(JSON.parse(restamp(reviewed, 9, 99)).meta).toMatchObject({
      versionId: '9',
      lastUpdated: '1970-01-01T00:00:00.099Z',
    });
  }
});

test('what a client then sends back has no review state', () => {
  const reviewed = withReview(stored({ tag: [{ code: 'c' }] }), 5);
  expect(stamp(parseResource(reviewed).content, 1, 0)).toBe(stored({ tag: [{ code: 'c' }] }));
});

test.each([
  '{"tag":[]}',
  '{"tag":null}',
  '{"tag":{"code":"a"}}',
  '{"tag":"a, ]}"}',
  '{"extension":[]}',
  '{"extension":{"url":"urn:a"},"tag":7}',
  '{"\\u0074ag":[{"code":"a"}]}',
])('an ingested resource with the odd meta %s is reviewed and unreviewed as JSON', (meta) => {
  const before = stamp(parseResource(`{"resourceType":"Basic","id":"1","meta":${meta}}`).content, 1, 0);
  const reviewed = withReview(before, 5);
  expect(JSON.parse(reviewed).meta.tag.at(-1)).toEqual({ system: REVIEW_SYSTEM, code: 'reviewed' });
  expect(JSON.parse(reviewed).meta.extension.at(-1)).toMatchObject({ url: REVIEW_SYSTEM });
  expect(withReview(reviewed, 5)).toBe(reviewed);
  const back = withReview(reviewed, null);
  expect(back).not.toContain(REVIEW_SYSTEM);
  expect(JSON.parse(back)).toMatchObject({ id: '1' });
});

test('a review tag that is sent outside of a list is dropped too', () => {
  const meta = `{"tag":{"system":"${REVIEW_SYSTEM}","code":"reviewed"},"extension":{"url":"${REVIEW_SYSTEM}"}}`;
  const content = parseResource(`{"resourceType":"Basic","id":"1","meta":${meta}}`).content;
  expect(stamp(content, 1, 0)).not.toContain(REVIEW_SYSTEM);
});

test('whatever JSON meta holds, review state comes and goes and the rest stays', () => {
  const members = fc.dictionary(
    fc.oneof(fc.constantFrom('tag', 'extension', 'profile', '__proto__'), fc.string()),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.array(fc.jsonValue({ maxDepth: 2 }))),
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(members, fc.nat(), (meta, time) => {
      const before = stored(meta);
      const reviewed = withReview(before, time);
      const { tag, extension } = JSON.parse(reviewed).meta;
      expect(tag.filter((item: { system?: string } | null) => item?.system === REVIEW_SYSTEM)).toHaveLength(
        1,
      );
      expect(extension.filter((item: { url?: string } | null) => item?.url === REVIEW_SYSTEM)).toHaveLength(
        1,
      );
      const rest = (text: string) => {
        const { meta, ...others } = JSON.parse(text);
        const { tag, extension, ...kept } = meta;
        return [others, kept];
      };
      expect(rest(reviewed)).toEqual(rest(before));
      expect(rest(withReview(reviewed, null))).toEqual(rest(before));
      expect(stamp(contentOfStored(reviewed), 1, 0)).toBe(reviewed);
    }),
  );
});
