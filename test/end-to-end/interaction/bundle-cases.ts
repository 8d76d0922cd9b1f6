import { outcome, person, post, type Section, visit } from './case.ts';

const send = (type: string, ...entry: object[]) => post('', { resourceType: 'Bundle', type, entry });
const asked = (method: string, url: string, resource?: object, more: object = {}) => ({
  ...(more as { fullUrl?: string }),
  request: { method, url, ...('request' in more ? (more.request as object) : {}) },
  ...(resource === undefined ? {} : { resource }),
});
const condition = (ifNoneExist: string) => ({ request: { ifNoneExist } });
const status = (text: string) => ({ response: { status: text } });

export const transactions: Section = {
  title: 'transaction',
  link: 'https://hl7.org/fhir/R4/http.html#trules',
  cases: [
    {
      name: 'creates with references between its entries',
      request: send(
        'transaction',
        asked('PUT', 'Encounter/made', { ...visit('made'), subject: { reference: 'urn:uuid:p' } }),
        asked('PUT', 'Patient/made', person('made'), { fullUrl: 'urn:uuid:p' }),
      ),
      status: 200,
      body: { type: 'transaction-response', entry: [status('201 Created'), status('201 Created')] },
      afterwards: {
        request: { path: '/Encounter/made' },
        status: 200,
        body: { subject: { reference: 'Patient/made' } },
      },
    },
    {
      name: 'reads last',
      request: send(
        'transaction',
        asked('GET', 'Patient/made'),
        asked('PUT', 'Patient/made', person('made')),
      ),
      status: 200,
      body: { entry: [{ resource: { id: 'made' } }, {}] },
    },
    {
      name: 'deletes first',
      request: send(
        'transaction',
        asked('POST', 'Encounter', visit('x'), condition('subject=Patient/p1')),
        asked('DELETE', 'Encounter/e1'),
      ),
      status: 200,
      body: { entry: [status('201 Created'), status('204 No Content')] },
    },
    {
      name: 'has conditional references',
      request: send(
        'transaction',
        asked('PUT', 'Encounter/made', {
          ...visit('made'),
          subject: { reference: 'Patient?identifier=urn:s|p2' },
        }),
      ),
      status: 200,
      afterwards: {
        request: { path: '/Encounter/made' },
        status: 200,
        body: { subject: { reference: 'Patient/p2' } },
      },
    },
    {
      name: 'a conditional create of what is there',
      request: send('transaction', asked('POST', 'Patient', person('x'), condition('identifier=urn:s|p1'))),
      status: 200,
      body: { entry: [status('200 OK')] },
    },
    {
      name: 'a wrong entry',
      request: send(
        'transaction',
        asked('PUT', 'Patient/made', person('made')),
        asked('POST', 'Patient', person('x', { birthDate: 'soon' })),
      ),
      status: 422,
      body: { issue: [{ expression: ['Bundle.entry[1].resource.birthDate'] }] },
      afterwards: { request: { path: '/Patient/made' }, status: 404 },
    },
    {
      name: 'a version that is another',
      request: send(
        'transaction',
        asked('PUT', 'Patient/made', person('made')),
        asked('PUT', 'Patient/p1', person('p1'), { request: { ifMatch: 'W/"99"' } }),
      ),
      status: 412,
      afterwards: { request: { path: '/Patient/made' }, status: 404 },
    },
    {
      name: 'a read of what is not there',
      request: send(
        'transaction',
        asked('PUT', 'Patient/made', person('made')),
        asked('GET', 'Patient/nobody'),
      ),
      status: 404,
      afterwards: { request: { path: '/Patient/made' }, status: 404 },
    },
    {
      name: 'the same resource twice',
      request: send('transaction', asked('PUT', 'Patient/p1', person('p1')), asked('DELETE', 'Patient/p1')),
      status: 400,
      body: outcome('invalid'),
    },
    { name: 'no entries', request: send('transaction'), status: 200, body: { type: 'transaction-response' } },
    { name: 'no Bundle', request: post('', person('x')), status: 400 },
    { name: 'a Bundle of another type', request: send('collection'), status: 400 },
  ],
};

export const batches: Section = {
  title: 'batch',
  link: 'https://hl7.org/fhir/R4/http.html#brules',
  cases: [
    {
      name: 'answers each entry by itself',
      request: send(
        'batch',
        asked('PUT', 'Patient/made', person('made')),
        asked('GET', 'Patient/nobody'),
        asked('GET', 'Patient?identifier=urn:s|p1'),
        asked('DELETE', 'Encounter/e1'),
      ),
      status: 200,
      body: {
        type: 'batch-response',
        entry: [
          status('201 Created'),
          { response: { status: '404 Not Found', outcome: { resourceType: 'OperationOutcome' } } },
          { resource: { type: 'searchset' } },
          status('204 No Content'),
        ],
      },
      afterwards: { request: { path: '/Patient/made' }, status: 200 },
    },
    {
      name: 'has conditional entries',
      request: send(
        'batch',
        asked('POST', 'Patient', person('x'), condition('identifier=urn:s|p1')),
        asked('DELETE', 'Encounter?subject=Patient/p1'),
      ),
      status: 200,
      body: { entry: [status('200 OK'), status('204 No Content')] },
    },
    {
      name: 'a slash at the end',
      request: { ...send('batch', asked('GET', 'Patient/p1')), path: '/' },
      status: 200,
      body: { entry: [{ resource: { id: 'p1' } }] },
    },
    {
      name: 'an address of another tenant',
      request: send('batch', asked('GET', '../../other/fhir/Patient/p1')),
      status: 200,
      body: { entry: [status('400 Bad Request')] },
    },
  ],
};
