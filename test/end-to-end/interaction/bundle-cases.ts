import { expect } from 'vitest';
import { outcome, person, post, type Section, visit } from './case.ts';

const send = (type: string, ...entry: object[]) => post('', { resourceType: 'Bundle', type, entry });
const asked = (method: string, url: string, resource?: object, more: object = {}) => ({
  ...(more as { fullUrl?: string }),
  request: { method, url, ...('request' in more ? (more.request as object) : {}) },
  ...(resource === undefined ? {} : { resource }),
});
const condition = (ifNoneExist: string) => ({ request: { ifNoneExist } });
const status = (text: string) => ({ response: { status: text } });
/** The outcome of what is wrong with the second entry. */
const naming = (expression: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ expression: [expression], diagnostics: expect.stringMatching(/^Bundle\.entry\[1\]: /) }],
});
const ifMatch = { request: { ifMatch: 'W/"99"' } };
const referring = (reference: string) => ({ ...visit('x'), subject: { reference } });
const form = (text: string) => ({
  ...{ resourceType: 'Binary', contentType: 'application/x-www-form-urlencoded' },
  data: Buffer.from(text).toString('base64'),
});

/** Entries with which something is wrong, what they are answered, and where it is wrong. */
const WRONG: readonly (readonly [string, object, number, string?])[] = [
  ['a version that is another, of an update', asked('PUT', 'Patient/p1', person('p1'), ifMatch), 412],
  ['a version that is another, of a delete', asked('DELETE', 'Patient/p1', undefined, ifMatch), 412],
  ['a version that is none', asked('DELETE', 'Patient/p1', undefined, { request: { ifMatch: '1' } }), 400],
  [
    'a version that is another, of a patch',
    asked('PATCH', 'Patient/p1', { resourceType: 'Parameters' }, ifMatch),
    412,
  ],
  [
    'what is there and must not be',
    asked('PUT', 'Patient/p1', person('p1'), { request: { ifNoneMatch: '*' } }),
    412,
  ],
  ['a read of what is not there', asked('GET', 'Patient/nobody'), 404],
  ['a version that is not there', asked('GET', 'Patient/p1/_history/99'), 404],
  ['a search by what is unknown', asked('GET', 'Patient?nme=x'), 400],
  ['an address that is none', asked('GET', '../Patient/p1'), 400],
  ['a type that is none', asked('POST', 'Patiant', person('x')), 404],
  ['an id that is none', asked('DELETE', 'Patient/a_b'), 400],
  ['a method that is none', asked('BREW', 'Patient/p1'), 400],
  ['no resource', asked('POST', 'Patient'), 400],
  ['no request', { resource: person('x') }, 400],
  ['no entry', [] as object, 400],
  [
    'a condition that is spelled wrong',
    asked('DELETE', 'Patient/p1', undefined, { request: { ifmatch: 'W/"99"' } }),
    400,
  ],
  ['a member that is none', { ...asked('GET', 'Patient/p1'), colour: 'red' }, 400],
  [
    'a wrong element',
    asked('POST', 'Patient', person('x', { birthDate: 'soon' })),
    422,
    'Bundle.entry[1].resource.birthDate',
  ],
  ['a resource of another type', asked('POST', 'Encounter', person('x')), 400],
  ['a resource of another id', asked('PUT', 'Patient/p2', person('p1')), 400],
  [
    'a conditional create that several match',
    asked('POST', 'Patient', person('x'), condition('gender=male')),
    412,
  ],
  [
    'a conditional create by another type',
    asked('POST', 'Patient', person('x'), condition('Encounter?_id=e1')),
    400,
  ],
  ['a conditional create by what is unknown', asked('POST', 'Patient', person('x'), condition('nme=x')), 400],
  ['a conditional update that several match', asked('PUT', 'Patient?gender=male', person('x')), 412],
  ['a conditional update by nothing', asked('PUT', 'Patient?', person('x')), 400],
  ['a conditional update of another id', asked('PUT', 'Patient?identifier=urn:s|p2', person('p1')), 400],
  ['a conditional delete by what is unknown', asked('DELETE', 'Patient?nme=x'), 400],
  [
    'a patch that does not fit',
    asked('PATCH', 'Patient/p1', {
      ...{ resourceType: 'Binary', contentType: 'application/json-patch+json' },
      data: Buffer.from('[{"op":"remove","path":"/photo"}]').toString('base64'),
    }),
    422,
  ],
  ['a patch of what is not there', asked('PATCH', 'Patient/nobody', { resourceType: 'Parameters' }), 404],
  ['a patch that is none', asked('PATCH', 'Patient/p1', person('p1')), 400],
  ['a posted search by what is unknown', asked('POST', 'Patient/_search?nme=x'), 400],
  ['a posted search that brings a Patient', asked('POST', 'Patient/_search', person('x')), 400],
];

/** What goes wrong in a transaction alone. */
const WRONG_TOGETHER: typeof WRONG = [
  [
    'a reference to what nothing matches',
    asked('POST', 'Encounter', referring('Patient?identifier=urn:s|x')),
    412,
  ],
  ['a reference to what several match', asked('POST', 'Encounter', referring('Patient?gender=male')), 412],
  ['a reference by what is unknown', asked('POST', 'Encounter', referring('Patient?nme=x')), 400],
  ['a post to a resource', asked('POST', 'Patient/p1', person('p1')), 400],
  ['the same resource once more', asked('DELETE', 'Basic/first'), 400],
];

const FIRST = asked('PUT', 'Basic/first', { resourceType: 'Basic', id: 'first', code: { text: 'first' } });

const posted = (type: string): Section['cases'] => [
  {
    name: 'a posted search by its address',
    request: send(type, asked('POST', 'Patient/_search?_id=p1')),
    status: 200,
    body: { entry: [{ resource: { type: 'searchset', entry: [{ resource: { id: 'p1' } }] } }] },
  },
  {
    name: 'a search of everything',
    request: send(type, asked('GET', '?_type=Patient&_id=p1')),
    status: 200,
    body: { entry: [{ resource: { type: 'searchset', entry: [{ resource: { id: 'p1' } }] } }] },
  },
  {
    name: 'a posted search by Parameters',
    request: send(
      type,
      asked('POST', 'Patient/_search', {
        resourceType: 'Parameters',
        parameter: [{ name: '_id', valueString: 'p2' }],
      }),
    ),
    status: 200,
    body: { entry: [{ resource: { type: 'searchset', entry: [{ resource: { id: 'p2' } }] } }] },
  },
  {
    name: 'a posted search of everything by a form',
    request: send(type, asked('POST', '_search', form('_type=Encounter&_id=e1'))),
    status: 200,
    body: { entry: [{ resource: { type: 'searchset', entry: [{ resource: { id: 'e1' } }] } }] },
  },
];

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
      name: 'a conditional create by a whole address',
      request: send(
        'transaction',
        asked('POST', 'Patient', person('x'), condition('{base}/Patient?identifier=urn:s|p1')),
      ),
      status: 200,
      body: { entry: [status('200 OK')] },
    },
    ...['http://127.0.0.1/fhir/Patient?identifier=urn:s|p1', 'identifier=%zz'].map((criteria) => ({
      name: `a conditional create by ${criteria}`,
      request: send(
        'transaction',
        asked('PUT', 'Patient/made', person('made')),
        asked('POST', 'Patient', person('x'), condition(criteria)),
      ),
      status: 400,
      body: naming('Bundle.entry[1]'),
    })),
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
    {
      name: 'a posted search of what it writes',
      request: send(
        'transaction',
        asked('POST', 'Patient/_search?identifier=urn:s|made'),
        asked('PUT', 'Patient/made', person('made')),
      ),
      status: 200,
      body: { entry: [{ resource: { entry: [{ resource: { id: 'made' } }] } }, status('201 Created')] },
    },
    ...posted('transaction'),
    ...[...WRONG, ...WRONG_TOGETHER].map(([name, entry, refusal, expression = 'Bundle.entry[1]']) => ({
      name: `names the entry with ${name}`,
      request: send('transaction', FIRST, entry),
      status: refusal,
      body: naming(expression),
      afterwards: { request: { path: '/Basic/first' }, status: 404 },
    })),
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
    ...posted('batch'),
    ...WRONG.map(([name, entry, refusal, expression = 'Bundle.entry[1]']) => ({
      name: `names the entry with ${name}`,
      request: send('batch', FIRST, entry),
      status: 200,
      body: {
        entry: [
          status('201 Created'),
          {
            response: {
              status: expect.stringMatching(`^${refusal} `),
              outcome: naming(expression),
            },
          },
        ],
      },
    })),
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
