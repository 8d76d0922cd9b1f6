import { expect } from 'vitest';
import { FHIR_JSON, outcome, person, post, put, type Section } from './case.ts';

const label = { system: 'urn:t', code: 'a' };
const meta = (valueMeta: object) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta }],
});
const returned = (valueMeta: object) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'return', valueMeta }],
});
const informed = { resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] };
const text = { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: 'aGVsbG8=' };

export const operations: Section = {
  title: 'operations on resources',
  link: 'https://hl7.org/fhir/R4/resource-operations.html',
  cases: [
    {
      name: '$validate of what is right',
      request: post('/Patient/$validate', person('x')),
      status: 200,
      body: informed,
    },
    {
      name: '$validate of what is wrong',
      request: post('/Patient/$validate', person('x', { birthDate: 'soon' })),
      status: 200,
      body: outcome('structure'),
      afterwards: { request: { path: '/Patient/x' }, status: 404 },
    },
    {
      name: '$validate of what is stored',
      request: { path: '/Patient/p1/$validate' },
      status: 200,
      body: informed,
    },
    {
      name: '$validate of a delete',
      request: { path: '/Patient/p1/$validate?mode=delete' },
      status: 200,
      body: informed,
      afterwards: { request: { path: '/Patient/p1' }, status: 200 },
    },
    {
      name: '$validate in an unknown mode',
      request: post('/Patient/$validate?mode=x', person('x')),
      status: 400,
    },
    {
      name: '$meta-add',
      request: post('/Patient/p1/$meta-add', meta({ tag: [label] })),
      status: 200,
      body: returned({ tag: [label] }),
      afterwards: {
        request: { path: '/Patient?_tag=urn:t|a' },
        status: 200,
        body: { entry: [{ resource: { id: 'p1' } }] },
      },
    },
    {
      name: '$meta-delete',
      before: [put(person('p1', { meta: { tag: [label, { system: 'urn:t', code: 'b' }] } }))],
      request: post('/Patient/p1/$meta-delete', meta({ tag: [label] })),
      status: 200,
      body: returned({ tag: [{ system: 'urn:t', code: 'b' }] }),
    },
    {
      name: '$meta of a type',
      before: [put(person('p1', { meta: { profile: ['http://example.org/p'] } }))],
      request: { path: '/Patient/$meta' },
      status: 200,
      body: returned({ profile: ['http://example.org/p'] }),
    },
    ...['/Patient/$meta', '/$meta', '/Account/$meta'].map((path) => ({
      name: `${path} where nothing has labels`,
      request: { path },
      status: 200,
      body: returned({
        extension: [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
            valueCode: 'not-applicable',
          },
        ],
      }),
    })),
    {
      name: '$meta of a resource without labels',
      request: { path: '/Patient/p1/$meta' },
      status: 200,
      body: returned({ versionId: '1', lastUpdated: expect.stringMatching(/Z$/) }),
    },
    {
      name: '$meta of a version',
      request: { path: '/Patient/p1/_history/1/$meta' },
      status: 200,
      body: returned({ versionId: '1' }),
    },
    {
      name: 'one that there is not',
      request: post('/$validate', person('x')),
      status: 404,
      body: { issue: [{ diagnostics: 'There is no operation $validate here.' }] },
    },
    ...['/Patient/$validate', '/Patient/$meta', '/Patient/p1/$meta'].map((path) => ({
      name: `${path} with an unknown parameter`,
      request: post(path, {
        resourceType: 'Parameters',
        parameter: [{ name: 'modus', valueCode: 'create' }],
      }),
      status: 400,
      body: outcome('not-supported'),
    })),
    {
      name: '$validate with an unknown parameter, lenient',
      request: post(
        '/Patient/p1/$validate',
        { resourceType: 'Parameters', parameter: [{ name: 'modus', valueCode: 'create' }] },
        { prefer: 'handling=lenient' },
      ),
      status: 200,
    },
    {
      name: '$meta with no parameters',
      request: post('/Patient/p1/$meta', { resourceType: 'Parameters' }),
      status: 200,
      body: returned({ versionId: '1' }),
    },
    { name: '$meta with a resource', request: post('/Patient/p1/$meta', person('x')), status: 400 },
    ...['GET', 'POST'].map((method) => ({
      name: `${method} of one that a type has not`,
      request: { method, path: '/Observation/$lastn' },
      status: 404,
    })),
    { name: '$meta of what is not there', request: { path: '/Patient/nobody/$meta' }, status: 404 },
  ],
};

export const binaries: Section = {
  title: 'Binary',
  link: 'https://hl7.org/fhir/R4/binary.html#rest',
  cases: [
    {
      name: 'as it is',
      before: [put(text)],
      request: { path: '/Binary/b' },
      status: 200,
      body: 'hello',
      headers: { 'content-type': 'text/plain' },
    },
    {
      name: 'as a resource',
      before: [put(text)],
      request: { path: '/Binary/b', headers: { accept: 'application/fhir+json' } },
      status: 200,
      body: { resourceType: 'Binary', data: 'aGVsbG8=' },
    },
    {
      name: 'made of any content',
      request: { method: 'POST', path: '/Binary', body: 'hello', headers: { 'content-type': 'text/css' } },
      status: 201,
      body: { resourceType: 'Binary', contentType: 'text/css', data: 'aGVsbG8=' },
    },
    {
      name: 'replaced by any content',
      before: [put(text)],
      request: { method: 'PUT', path: '/Binary/b', body: 'bye', headers: { 'content-type': 'text/css' } },
      status: 200,
      afterwards: { request: { path: '/Binary/b' }, status: 200, body: 'bye' },
    },
    {
      name: 'a part of the resource',
      before: [put(text)],
      request: { path: '/Binary/b?_elements=contentType' },
      status: 200,
      body: { resourceType: 'Binary', contentType: 'text/plain', meta: { tag: [{ code: 'SUBSETTED' }] } },
    },
    {
      name: 'in a type that is not accepted',
      before: [put(text)],
      request: { path: '/Binary/b', headers: { accept: 'image/png' } },
      status: 406,
    },
    {
      name: 'content for another type of resource',
      request: {
        method: 'POST',
        path: '/Patient',
        body: 'hello',
        headers: { ...FHIR_JSON, 'content-type': 'text/css' },
      },
      status: 415,
    },
  ],
};
