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
