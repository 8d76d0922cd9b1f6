/**
 * What load.lua does for wrk, for machines without wrk. It needs a whole core at rates that wrk reaches with half of
 * one, so the ratios that it gives are too kind to the slower side.
 *
 * Arguments: URL, connections, seconds, workload folder, seed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { seededRandom } from './statistics.ts';

const [url, connections, seconds, folder, seed] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
const [method, ...headerLines] = lines('head') as ['GET' | 'PUT' | 'POST', ...string[]];
const headers = Object.fromEntries(headerLines.map((line) => line.split(/: (.*)/, 2) as [string, string]));
const paths = lines('paths');
const tenants = lines('tenants').map((tenant) => `/tenants/${tenant}`);
const bodies = lines('bodies');
const random = seededRandom(Number(seed));
let number = Number(seed) * 1_000_000;

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      setupRequest: (request) => {
        const index = random(paths.length);
        const tenant = tenants.length === 0 ? '' : tenants[random(tenants.length)];
        const template = bodies[bodies.length === 1 ? 0 : index];
        const path = `${tenant}${paths[index]}`;
        if (template === undefined) return { ...request, method, headers, path };
        return { ...request, method, headers, path, body: template.replaceAll('{n}', String(++number)) };
      },
    },
  ],
});
const summary = {
  requests: result.requests.total,
  seconds: result.duration,
  bytes: result.throughput.total,
  failed: result.errors + result.timeouts + result.non2xx,
  p50: result.latency.p50,
  p99: result.latency.p99,
  max: result.latency.max,
};
console.log(`RESULT ${JSON.stringify(summary)}`);
