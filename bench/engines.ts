import { EnginePair } from './engines/engine-pair.ts';
import { ingests } from './engines/ingests.ts';
import { manyTenants } from './engines/many-tenants.ts';
import { newTenants } from './engines/new-tenants.ts';
import { uncachedReads } from './engines/uncached-reads.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { observation } from './harness/observation.ts';
import { seededRandom } from './harness/statistics.ts';

const DOCUMENTS = 1_000;
const WRITTEN = 2_000;

export const benchmark: Benchmark = {
  title: 'engines: the same server on PostgreSQL and on SQLite, database and server on one machine',

  async run(workshop) {
    const random = seededRandom(1);
    const { keys } = workshop.dataset;
    const some = Array.from({ length: DOCUMENTS }, () => keys[random(keys.length)]!);
    const paths = some.map((key) => `/fhir/${key}`);
    const patients = keys.filter((key) => key.startsWith('Patient/'));
    const observations = keys
      .filter((key) => key.startsWith('Observation/'))
      .slice(0, WRITTEN)
      .map((key) => key.slice('Observation/'.length));

    const figures = [await ingests(workshop)];
    const pair = await EnginePair.start(workshop, 1);
    const { tenants } = pair;
    const searches = patients.map((patient) => `/fhir/Observation?patient=${patient}&_count=20`);
    figures.push(
      await pair.rate('read of a document read before', 'GET/s', { method: 'GET', paths, tenants }),
      await uncachedReads(workshop, some),
      await pair.rate('page of 20 by patient', 'GET/s', { method: 'GET', paths: searches, tenants }),
      await pair.rate('durable update of 1 KB', 'PUT/s', {
        ...{ method: 'PUT', headers: ['Content-Type: application/fhir+json'], tenants },
        paths: observations.map((id) => `/fhir/Observation/${id}`),
        bodies: observations.map(observation),
      }),
      ...(await newTenants(workshop, pair)),
    );
    await pair.stop();
    figures.push(...(await manyTenants(workshop, paths)));
    return figures;
  },
};
