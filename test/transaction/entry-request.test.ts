import { describe, expect, it } from 'vitest';
import { entryRequest, resourceAddress } from '../../src/transaction/entry-request.ts';

const BASES = ['https://own.example/fhir'];
const url = (text: unknown) => entryRequest({ method: 'GET', url: text }, BASES).url;

describe('entryRequest', () => {
  it.each([
    ['Patient/1', 'Patient/1'],
    ['/Patient/1', 'Patient/1'],
    ['https://own.example/fhir/Patient/1', 'Patient/1'],
    ['Patient?name=a/../b', 'Patient?name=a/../b'],
    ['Patient/1/$everything', 'Patient/1/$everything'],
    ['Patient/1/_history/2', 'Patient/1/_history/2'],
    ['$meta', '$meta'],
    ['Patient/', 'Patient'],
    ['Patient/?name=a/', 'Patient?name=a/'],
    ['Patient/1/', 'Patient/1'],
    ['?_type=Patient', '?_type=Patient'],
    ['/?_type=Patient', '?_type=Patient'],
    ['https://own.example/fhir?_type=Patient', '?_type=Patient'],
  ])('takes %s below the base', (given, relative) => expect(url(given)).toBe(relative));

  it.each([
    '',
    '/',
    '//',
    '..',
    '../x',
    'Patient/../../x',
    'Patient/%2e%2e',
    'Patient//1',
    'Patient//',
    'https://own.example/fhir/',
    'https://other.example/fhir/Patient/1',
    'https://own.example/fhirx/Patient/1',
    'Patient 1',
    'Patient?a=b c',
    'Patient?a=\r\nx: y',
    undefined,
    7,
  ])('refuses %s', (given) =>
    expect(() => url(given)).toThrow(expect.objectContaining({ code: 'body-invalid' })),
  );

  it('reads conditions as headers, and refuses what no header can hold', () => {
    const request = { method: 'PUT', url: 'Patient/1', ifMatch: 'W/"1"', ifNoneExist: 'a=b' };
    expect(entryRequest(request, []).headers).toEqual({ 'if-match': 'W/"1"', 'if-none-exist': 'a=b' });
    for (const ifMatch of [1, 'a\r\nb']) {
      expect(() => entryRequest({ ...request, ifMatch }, [])).toThrow(/ifMatch/);
    }
  });

  it('searches at the base, and does nothing else there', () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(() => entryRequest({ method, url: '?_id=1' }, [])).toThrow(`takes no ${method}`);
    }
  });

  it('refuses members that a request has not', () => {
    expect(() => entryRequest({ method: 'PUT', url: 'Patient/1', ifmatch: 'W/"1"' }, [])).toThrow(
      'A request has no member "ifmatch". Did you mean ifMatch?',
    );
    const extended = { method: 'GET', url: 'Patient', _url: { extension: [] }, extension: [] };
    expect(entryRequest(extended, []).url).toBe('Patient');
  });

  it.each([undefined, null, 'GET', { method: 'get', url: 'Patient' }, { url: 'Patient' }])(
    'refuses %j',
    (value) =>
      expect(() => entryRequest(value, [])).toThrow(expect.objectContaining({ code: 'body-invalid' })),
  );
});

describe('resourceAddress', () => {
  it.each([
    ['Patient', { kind: 'type', type: 'Patient' }],
    ['Patient/1', { kind: 'instance', type: 'Patient', id: '1' }],
    ['Patient?a=b', { kind: 'criteria', type: 'Patient', query: 'a=b' }],
    ['Patient?', { kind: 'criteria', type: 'Patient', query: '' }],
    ['Patient/_search', { kind: 'other' }],
    ['Patient/1/$everything', { kind: 'other' }],
    ['_history', { kind: 'other' }],
    ['?_type=Patient', { kind: 'other' }],
  ])('tells what %s is', (address, expected) => expect(resourceAddress(address)).toEqual(expected));

  it('refuses unknown types and illegal ids', () => {
    expect(() => resourceAddress('Patiant/1')).toThrow(
      expect.objectContaining({ code: 'resource-type-unknown' }),
    );
    expect(() => resourceAddress('Patient/a_b')).toThrow(
      expect.objectContaining({ code: 'resource-id-invalid' }),
    );
  });
});
