import {
  FHIR_JSON,
  JSON_PATCH,
  outcome,
  person,
  post,
  put,
  type Request,
  type Section,
  visit,
} from './case.ts';

const patch = (path: string, operations: unknown, headers: Record<string, string> = {}): Request => ({
  method: 'PATCH',
  path,
  body: JSON.stringify(operations),
  headers: { ...JSON_PATCH, ...headers },
});
const fhirPathPatch = (...operations: object[]) => ({
  resourceType: 'Parameters',
  parameter: operations.map((parts) => ({
    name: 'operation',
    part: Object.entries(parts).map(([name, value]) => ({ name, ...(value as object) })),
  })),
});
const replaceGender = fhirPathPatch({
  type: { valueCode: 'replace' },
  path: { valueString: 'Patient.gender' },
  value: { valueCode: 'female' },
});

export const creates: Section = {
  title: 'create',
  link: 'https://hl7.org/fhir/R4/http.html#create',
  cases: [
    {
      name: 'chooses the id',
      request: post('/Patient', person('mine')),
      status: 201,
      body: { resourceType: 'Patient', meta: { versionId: '1' } },
      headers: { location: /\/Patient\/[0-9a-f-]{36}\/_history\/1$/, etag: 'W/"1"' },
      afterwards: { request: { path: '/Patient/mine' }, status: 404 },
    },
    { name: 'another type', request: post('/Encounter', person('x')), status: 400, body: outcome('invalid') },
    {
      name: 'an unknown element',
      request: post('/Patient', person('x', { colour: 'red' })),
      status: 422,
      body: outcome('structure'),
    },
    { name: 'a wrong date', request: post('/Patient', person('x', { birthDate: 'soon' })), status: 422 },
    {
      name: 'no JSON',
      request: { method: 'POST', path: '/Patient', body: '{', headers: FHIR_JSON },
      status: 400,
    },
    {
      name: 'return=minimal',
      request: post('/Patient', person('x'), { prefer: 'return=minimal' }),
      status: 201,
      body: '',
    },
    {
      name: 'return=OperationOutcome',
      request: post('/Patient', person('x'), { prefer: 'return=OperationOutcome' }),
      status: 201,
      body: { resourceType: 'OperationOutcome' },
    },
  ],
};

export const conditionalCreates: Section = {
  title: 'conditional create',
  link: 'https://hl7.org/fhir/R4/http.html#ccreate',
  cases: [
    {
      name: 'where nothing matches',
      request: post('/Patient', person('x'), { 'if-none-exist': 'identifier=urn:s|x' }),
      status: 201,
    },
    {
      name: 'where one matches',
      request: post('/Patient', person('p1'), { 'if-none-exist': 'identifier=urn:s|p1' }),
      status: 200,
      body: { id: 'p1' },
    },
    ...['Patient?identifier=urn:s|p1', '{base}/Patient?identifier=urn:s|p1'].map((criteria) => ({
      name: `where one matches ${criteria}`,
      request: post('/Patient', person('p1'), { 'if-none-exist': criteria }),
      status: 200,
      body: { id: 'p1' },
    })),
    ...['http://127.0.0.1/fhir/Patient?identifier=urn:s|p1', '_id=%zz', 'Patient?_id=%FF'].map(
      (criteria) => ({
        name: `by criteria that are none of this server: ${criteria}`,
        request: post('/Patient', person('p1'), { 'if-none-exist': criteria }),
        status: 400,
        body: outcome('invalid'),
      }),
    ),
    {
      name: 'by criteria of another type',
      request: post('/Patient', person('p1'), { 'if-none-exist': 'Encounter?_id=e1' }),
      status: 400,
      body: outcome('invalid'),
    },
    {
      name: 'where several match',
      request: post('/Patient', person('x'), { 'if-none-exist': 'gender=male' }),
      status: 412,
      body: outcome('conflict'),
    },
    {
      name: 'by what is unknown',
      request: post('/Patient', person('x'), { 'if-none-exist': 'nonsense=1' }),
      status: 400,
    },
  ],
};

export const updates: Section = {
  title: 'update',
  link: 'https://hl7.org/fhir/R4/http.html#update',
  cases: [
    {
      name: 'replaces',
      request: put(person('p1', { gender: 'other' })),
      status: 200,
      body: { gender: 'other' },
    },
    {
      name: 'makes under the id of the client',
      request: put(person('new')),
      status: 201,
      headers: { location: /\/Patient\/new\/_history\/1$/ },
    },
    { name: 'another id', request: { ...put(person('p1')), path: '/Patient/p2' }, status: 400 },
    { name: 'If-Match: *', request: put(person('p1'), { 'if-match': '*' }), status: 200 },
    { name: 'If-Match: * where nothing is', request: put(person('new'), { 'if-match': '*' }), status: 412 },
    {
      name: 'If-Match of another version',
      request: put(person('p1'), { 'if-match': 'W/"99"' }),
      status: 412,
      body: outcome('conflict'),
    },
    { name: 'If-Match that is no ETag', request: put(person('p1'), { 'if-match': '1' }), status: 400 },
    { name: 'If-None-Match: *', request: put(person('p1'), { 'if-none-match': '*' }), status: 412 },
    {
      name: 'If-None-Match: * where nothing is',
      request: put(person('new'), { 'if-none-match': '*' }),
      status: 201,
    },
  ],
};

export const conditionalUpdates: Section = {
  title: 'conditional update',
  link: 'https://hl7.org/fhir/R4/http.html#cond-update',
  cases: [
    {
      name: 'where one matches',
      request: { ...put(person('p1', { active: true })), path: '/Patient?identifier=urn:s|p1' },
      status: 200,
      body: { id: 'p1', active: true },
    },
    {
      name: 'where nothing matches, with an id',
      request: { ...put(person('new')), path: '/Patient?identifier=urn:s|new' },
      status: 201,
      body: { id: 'new' },
    },
    {
      name: 'where one matches that is not that of the body',
      request: { ...put(person('p2')), path: '/Patient?identifier=urn:s|p1' },
      status: 400,
    },
    {
      name: 'where several match',
      request: { ...put(person('p1')), path: '/Patient?gender=male' },
      status: 412,
    },
    { name: 'without criteria', request: { ...put(person('p1')), path: '/Patient' }, status: 400 },
  ],
};

export const patches: Section = {
  title: 'patch',
  link: 'https://hl7.org/fhir/R4/http.html#patch',
  cases: [
    {
      name: 'JSON Patch',
      request: patch('/Patient/p1', [{ op: 'replace', path: '/gender', value: 'female' }]),
      status: 200,
      body: { gender: 'female' },
      afterwards: { request: { path: '/Patient/p1' }, status: 200, body: { gender: 'female' } },
    },
    {
      name: 'a test that fails',
      request: patch('/Patient/p1', [{ op: 'test', path: '/gender', value: 'female' }]),
      status: 422,
    },
    {
      name: 'a place that is not there',
      request: patch('/Patient/p1', [{ op: 'remove', path: '/photo' }]),
      status: 422,
    },
    {
      name: 'an unknown operation',
      request: patch('/Patient/p1', [{ op: 'spin', path: '/x' }]),
      status: 400,
    },
    {
      name: 'FHIRPath Patch',
      request: { method: 'PATCH', path: '/Patient/p1', body: replaceGender, headers: FHIR_JSON },
      status: 200,
      body: { gender: 'female' },
    },
    {
      name: 'of what is not there',
      request: patch('/Patient/nobody', []),
      status: 404,
    },
    {
      name: 'an outcome that is no resource',
      request: patch('/Patient/p1', [{ op: 'add', path: '/colour', value: 'red' }]),
      status: 422,
      afterwards: { request: { path: '/Patient/p1' }, status: 200, body: { gender: 'male' } },
    },
    {
      name: 'If-Match of another version',
      request: patch('/Patient/p1', [], { 'if-match': 'W/"99"' }),
      status: 412,
    },
    {
      name: 'XML Patch',
      request: {
        method: 'PATCH',
        path: '/Patient/p1',
        body: '<diff/>',
        headers: { 'content-type': 'application/xml-patch+xml' },
      },
      status: 415,
    },
    {
      name: 'by criteria',
      request: patch('/Patient?identifier=urn:s|p1', [{ op: 'add', path: '/active', value: true }]),
      status: 200,
      body: { id: 'p1', active: true },
    },
    {
      name: 'by criteria that nothing matches',
      request: patch('/Patient?identifier=urn:s|x', []),
      status: 404,
    },
    { name: 'by criteria that several match', request: patch('/Patient?gender=male', []), status: 412 },
  ],
};

export const deletes: Section = {
  title: 'delete',
  link: 'https://hl7.org/fhir/R4/http.html#delete',
  cases: [
    {
      name: 'what is there',
      request: { method: 'DELETE', path: '/Patient/p1' },
      status: 204,
      body: '',
      afterwards: { request: { path: '/Patient/p1' }, status: 410 },
    },
    { name: 'what is not there', request: { method: 'DELETE', path: '/Patient/nobody' }, status: 204 },
    {
      name: 'If-Match of another version',
      request: { method: 'DELETE', path: '/Patient/p1', headers: { 'if-match': 'W/"99"' } },
      status: 412,
    },
    {
      name: 'all that match',
      before: [put(visit('e2'))],
      request: {
        method: 'DELETE',
        path: '/Encounter?subject=Patient/p1',
        headers: { prefer: 'return=OperationOutcome' },
      },
      status: 200,
      body: 'Deleted: 2.',
      afterwards: { request: { path: '/Encounter/e2' }, status: 410 },
    },
    {
      name: 'nothing that matches',
      request: { method: 'DELETE', path: '/Encounter?subject=Patient/p2' },
      status: 204,
    },
    { name: 'without criteria', request: { method: 'DELETE', path: '/Encounter' }, status: 400 },
  ],
};
