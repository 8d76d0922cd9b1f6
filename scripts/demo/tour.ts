import { brief, type Narrator } from './narrator.ts';

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly tenant?: string;
  readonly body?: object;
  readonly ifMatch?: string;
  /** The status that the tour counts on. */
  readonly expect?: number;
  /** Picks what is worth showing of a long answer. */
  readonly show?: (body: string) => string;
}

interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly versionId: string };
  readonly [element: string]: unknown;
}

interface Bundle {
  readonly entry?: readonly { readonly resource: Resource }[];
}

/** Types that make a good example, best first. */
const EXAMPLES = ['Encounter', 'Patient', 'Observation', 'Condition', 'Practitioner'];

/** Shows request by request what two tenants on one master see. Rejects when an answer is not what it should be. */
export async function tour(url: string, narrator: Narrator): Promise<void> {
  const send = async (request: Request): Promise<string> => {
    const { method = 'GET', path, tenant, body, ifMatch, expect = 200, show = (text) => text } = request;
    const headers: Record<string, string> = {};
    if (tenant !== undefined) headers['X-Tenant-ID'] = tenant;
    if (ifMatch !== undefined) headers['If-Match'] = ifMatch;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const shownHeaders = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
    const shownBody = body === undefined ? '' : `  ${brief(JSON.stringify(body), 100)}`;
    const reply = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    narrator.exchange(
      `${method} ${url}${path}${shownHeaders.join('')}${shownBody}`,
      reply.status,
      show(text),
    );
    if (reply.status !== expect)
      throw new Error(`${method} ${path} was answered with ${reply.status}, not ${expect}`);
    return text;
  };
  const read = async <Body>(request: Request): Promise<Body> => JSON.parse(await send(request)) as Body;

  await send({ path: '/hello' });
  await send({ path: '/all-good' });
  const counts = await countsByType(url);
  const type = EXAMPLES.find((name) => (counts[name] ?? 0) > 0) ?? Object.keys(counts)[0];
  if (type === undefined) throw new Error('the source holds no resources');

  narrator.chapter('Tenants are cold until they are warmed');
  await send({ path: `/tenants/acme/fhir/${type}`, expect: 503 });
  await send({ method: 'POST', path: '/warm-up-tenant', tenant: 'acme' });
  await send({ method: 'POST', path: '/warm-up-tenant', body: { tenant: 'birch' } });

  narrator.chapter('Both read the same data, over either face');
  const found = await read<Bundle>({ path: `/tenants/acme/fhir/${type}?_count=2` });
  const id = found.entry?.[0]?.resource.id;
  if (id === undefined) throw new Error(`no ${type} was found`);
  const onFhir = (tenant: string, rest = '') => `/tenants/${tenant}/fhir/${type}/${id}${rest}`;
  const original = await read<Resource>({ path: onFhir('birch') });
  await send({ path: '/patients?count=2', tenant: 'acme' });

  narrator.chapter(`acme reviews ${type}/${id}; birch does not notice`);
  await send({ method: 'POST', path: '/review-request', tenant: 'acme', body: { entity: type, id } });
  await send({ path: onFhir('acme') });
  await send({ path: onFhir('birch') });

  narrator.chapter('acme changes it; that clears the review, and birch still has the original');
  const language = original.language === 'en-US' ? 'de-DE' : 'en-US';
  const changed = { ...original, language };
  const { meta } = await read<Resource>({ path: onFhir('acme') });
  await send({ method: 'PUT', path: onFhir('acme'), body: changed, ifMatch: `W/"${meta.versionId}"` });
  const kept = await read<Resource>({ path: onFhir('birch') });
  if (JSON.stringify(kept) !== JSON.stringify(original)) throw new Error('birch sees what acme changed');
  await send({
    path: onFhir('acme', '/_history'),
    show: (text) => {
      const { entry = [] } = JSON.parse(text) as { entry?: readonly { request: object; response: object }[] };
      return entry.map(({ request, response }) => JSON.stringify({ request, response })).join('\n');
    },
  });

  narrator.chapter('birch deletes it; acme keeps it');
  await send({ method: 'DELETE', path: onFhir('birch'), expect: 204 });
  await send({ path: onFhir('birch'), expect: 410 });
  await send({ path: onFhir('acme') });

  narrator.chapter('What the operator sees');
  await send({ path: '/tenants' });
  await send({
    path: '/metrics',
    show: (text) =>
      text
        .split('\n')
        .filter((line) => /^warmfhir_tenants/.test(line))
        .join('\n'),
  });
}

async function countsByType(url: string): Promise<Readonly<Record<string, number>>> {
  const reply = await fetch(`${url}/health`);
  const { resources } = (await reply.json()) as { resources: { byType: Record<string, number> } };
  return resources.byType;
}
