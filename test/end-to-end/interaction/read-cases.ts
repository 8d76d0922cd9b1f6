import { expect } from 'vitest';
import { outcome, person, put, type Section } from './case.ts';

export const reads: Section = {
  title: 'read and vread',
  link: 'https://hl7.org/fhir/R4/http.html#read',
  cases: [
    {
      name: 'a resource that is there',
      request: { path: '/Patient/p1' },
      status: 200,
      body: { resourceType: 'Patient', id: 'p1', gender: 'male' },
      headers: { etag: /^W\/"\d+"$/, 'last-modified': /GMT$/, 'content-type': /^application\/fhir\+json/ },
    },
    {
      name: 'one that never was',
      request: { path: '/Patient/nobody' },
      status: 404,
      body: outcome('not-found'),
    },
    {
      name: 'a type that R4 has not',
      request: { path: '/Patiant/p1' },
      status: 404,
      body: outcome('not-found'),
    },
    { name: 'an illegal id', request: { path: '/Patient/a_b' }, status: 400, body: outcome('invalid') },
    {
      name: 'one that was deleted',
      before: [{ method: 'DELETE', path: '/Patient/p1' }],
      request: { path: '/Patient/p1' },
      status: 410,
      body: outcome('deleted'),
    },
    {
      name: 'one that was deleted and is back',
      before: [{ method: 'DELETE', path: '/Patient/p1' }, put(person('p1', { active: true }))],
      request: { path: '/Patient/p1' },
      status: 200,
      body: { active: true },
    },
    { name: 'HEAD', request: { method: 'HEAD', path: '/Patient/p1' }, status: 200, headers: { etag: /^W/ } },
    {
      name: 'If-None-Match: *',
      request: { path: '/Patient/p1', headers: { 'if-none-match': '*' } },
      status: 304,
    },
    {
      name: 'If-None-Match of another version',
      request: { path: '/Patient/p1', headers: { 'if-none-match': 'W/"99"' } },
      status: 200,
    },
    {
      name: 'If-Modified-Since later',
      request: { path: '/Patient/p1', headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } },
      status: 304,
    },
    {
      name: 'If-Modified-Since earlier',
      request: { path: '/Patient/p1', headers: { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' } },
      status: 200,
    },
    {
      name: 'the first version',
      request: { path: '/Patient/p1/_history/1' },
      status: 200,
      body: { id: 'p1' },
    },
    { name: 'a version that is not there', request: { path: '/Patient/p1/_history/99' }, status: 404 },
    { name: 'a version that is no number', request: { path: '/Patient/p1/_history/x' }, status: 404 },
    {
      name: 'a former version after a change',
      before: [put(person('p1', { gender: 'other' }))],
      request: { path: '/Patient/p1/_history/1' },
      status: 200,
      body: { gender: 'male', meta: { versionId: '1' } },
    },
  ],
};

const lenient = { prefer: 'handling=lenient' };

export const parameters: Section = {
  title: 'parameters of other requests than searches',
  link: 'https://hl7.org/fhir/R4/http.html#parameters',
  cases: [
    ...[
      ['read', '/Patient/p1?_sumary=true', '_summary'],
      ['vread', '/Patient/p1/_history/1?_element=id', '_elements'],
      ['history', '/Patient/p1/_history?_sinse=2020', '_since'],
      ['$meta', '/Patient/p1/$meta?_fromat=json', '_format'],
      ['$validate', '/Patient/p1/$validate?profil=x', 'profile'],
      ['$everything', '/Patient/p1/$everything?_tipe=Patient', '_type'],
      ['metadata', '/metadata?mod=full', 'mode'],
    ].map(([name, path, meant]) => ({
      name: `an unknown one of ${name}`,
      request: { path: path! },
      status: 400,
      body: {
        ...outcome('not-supported'),
        issue: [{ diagnostics: expect.stringMatching(`unknown here.*Did you mean .*${meant}`) }],
      },
    })),
    ...[
      { method: 'POST', path: '/Patient?gender=male', body: person('x') },
      { method: 'PUT', path: '/Patient/p1?gender=male', body: person('p1') },
      { method: 'PATCH', path: '/Patient/p1?gender=male', body: '[]' },
      { method: 'DELETE', path: '/Patient/p1?gender=male' },
      { method: 'POST', path: '/Patient/p1/$review?reviewed=false' },
      { method: 'POST', path: '/Patient/p1/$meta-add?tag=x' },
      { method: 'POST', path: '?_type=Patient', body: { resourceType: 'Bundle', type: 'batch' } },
    ].map((request) => ({
      name: `an unknown one of ${request.method} ${request.path}`,
      request,
      status: 400,
      body: outcome('not-supported'),
      afterwards: { request: { path: '/Patient/p1' }, status: 200, body: { meta: { versionId: '1' } } },
    })),
    ...['/Patient/p1?x=y', '/Patient/p1/_history/1?x=y', '/Patient/p1/$meta?x=y', '/metadata?x=y'].map(
      (path) => ({ name: `${path}, lenient`, request: { path, headers: lenient }, status: 200 }),
    ),
    {
      name: '$everything, lenient, says what it left out',
      request: { path: '/Patient/p1/$everything?x=y', headers: lenient },
      status: 200,
      body: '"mode":"outcome"',
    },
    {
      name: '_summary of a vread',
      request: { path: '/Encounter/e1/_history/1?_summary=text&_pretty=true' },
      status: 200,
      body: { id: 'e1', meta: { tag: [{ code: 'SUBSETTED' }] } },
    },
    {
      name: '_elements of a read',
      request: { path: '/Patient/p1?_elements=gender&_format=json' },
      status: 200,
      body: { id: 'p1', gender: 'male', meta: { tag: [{ code: 'SUBSETTED' }] } },
    },
    {
      name: '_elements of metadata',
      request: { path: '/metadata?_elements=fhirVersion' },
      status: 200,
      body: { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' },
    },
  ],
};

export const formats: Section = {
  title: 'formats',
  link: 'https://hl7.org/fhir/R4/http.html#mime-type',
  cases: [
    ...['json', 'application/json', 'application/fhir+json', 'application/fhir%2Bjson'].map((format) => ({
      name: `_format=${format}`,
      request: { path: `/Patient/p1?_format=${format}`, headers: { accept: 'application/fhir+xml' } },
      status: 200,
      headers: { 'content-type': /^application\/fhir\+json/ },
    })),
    ...['xml', 'application/fhir+xml', 'ttl', 'html'].map((format) => ({
      name: `_format=${format}`,
      request: { path: `/Patient/p1?_format=${format}` },
      status: 406,
      body: outcome('not-supported'),
    })),
    {
      name: 'Accept: application/fhir+xml',
      request: { path: '/Patient/p1', headers: { accept: 'application/fhir+xml' } },
      status: 406,
    },
    {
      name: '_pretty=true',
      request: { path: '/Patient/p1?_pretty=true' },
      status: 200,
      body: '\n  "id": "p1"',
    },
    {
      name: 'a body in XML',
      request: {
        method: 'PUT',
        path: '/Patient/x',
        body: '<Patient/>',
        headers: { 'content-type': 'application/fhir+xml' },
      },
      status: 415,
      body: outcome('not-supported'),
    },
    {
      name: 'a body that says not what it is',
      request: { method: 'PUT', path: '/Patient/x', body: '{}', headers: { 'content-type': '' } },
      status: 415,
    },
  ],
};

export const histories: Section = {
  title: 'history',
  link: 'https://hl7.org/fhir/R4/http.html#history',
  cases: [
    {
      name: 'of a resource',
      before: [put(person('p1', { active: true })), { method: 'DELETE', path: '/Patient/p1' }],
      request: { path: '/Patient/p1/_history' },
      status: 200,
      body: {
        type: 'history',
        entry: [
          { request: { method: 'DELETE' }, response: { status: '204 No Content' } },
          { request: { method: 'PUT', url: 'Patient/p1' }, resource: { active: true } },
        ],
      },
    },
    {
      name: 'of a type',
      request: { path: '/Encounter/_history' },
      status: 200,
      body: { type: 'history', entry: [{}] },
    },
    { name: 'of everything', request: { path: '/_history?_count=1' }, status: 200, body: { entry: [{}] } },
    {
      name: '_count=0',
      request: { path: '/Patient/p1/_history?_count=0' },
      status: 200,
      body: { type: 'history' },
    },
    {
      name: '_since later',
      request: { path: '/_history?_since=2100-01-01T00:00:00Z' },
      status: 200,
      body: { total: 0 },
    },
    { name: '_at earlier', request: { path: '/_history?_at=1990' }, status: 200, body: { total: 0 } },
    { name: 'of what never was', request: { path: '/Patient/nobody/_history' }, status: 404 },
    {
      name: 'of a type without any',
      request: { path: '/Account/_history' },
      status: 200,
      body: { total: 0 },
    },
    { name: 'an unknown parameter', request: { path: '/_history?_list=1' }, status: 400 },
    { name: 'a date that is none', request: { path: '/_history?_since=soon' }, status: 400 },
  ],
};
