import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from './harness/benchmark.ts';
import { HeapProbe } from './harness/heap-probe.ts';
import type { BenchServer } from './harness/server.ts';
import { changeDocuments, tenantNames, warmUp } from './harness/tenants.ts';

const UNTOUCHED = 10_000;
const CHANGED = 1_000;
const CHANGES = 20;

/** Bytes of a file, or of all files below a folder. */
function bytesOnDisk(path: string): number {
  if (!existsSync(path)) return 0;
  if (statSync(path).isFile()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOnDisk(join(path, name)), 0);
}

function registryBytes(data: string): number {
  return ['system.db', 'system.db-wal'].reduce((sum, name) => sum + bytesOnDisk(join(data, name)), 0);
}

interface Snapshot {
  readonly heap: number;
  readonly anonymous: number;
  readonly files: number;
  readonly overlays: number;
  readonly registry: number;
}

export const benchmark: Benchmark = {
  title: `tenants: ${UNTOUCHED.toLocaleString('en-US')} warm tenants in one process, then ${CHANGED.toLocaleString('en-US')} with ${CHANGES} changed documents each`,

  async run(workshop) {
    const data = await workshop.copy(1);
    const server: BenchServer = await workshop.serve(data, { nodeFlags: ['--inspect=127.0.0.1:0'] });
    const probe = await HeapProbe.connect(server.process);
    const overlays = join(data, 'tenants');
    const look = async (): Promise<Snapshot> => ({
      heap: await probe.bytesInUse(),
      anonymous: server.process.memory()?.anonymous ?? Number.NaN,
      files: server.process.openFiles(),
      overlays: bytesOnDisk(overlays),
      registry: registryBytes(data),
    });

    // The first thousand bring code and buffers into being that all later ones share.
    await warmUp(server.client, tenantNames('first', 1000));
    const before = await look();
    const tenants = tenantNames('tenant', UNTOUCHED);
    await warmUp(server.client, tenants);
    const after = await look();
    const each = (key: keyof Snapshot) => (after[key] - before[key]) / UNTOUCHED;

    const changing = tenants.slice(0, CHANGED);
    await changeDocuments(server.client, changing.slice(0, CHANGED / 2), workshop.dataset.keys, CHANGES);
    const half = await look();
    await changeDocuments(server.client, changing.slice(CHANGED / 2), workshop.dataset.keys, CHANGES);
    const full = await look();
    probe.close();
    await server.stop();
    const masterCopy = {
      what: 'KB, full copy',
      value:
        bytesOnDisk(join(data, readdirSync(data).find((name) => /^default\.g\d+\.db$/.test(name))!)) / 1000,
    };

    return [
      {
        what: 'heap of an untouched warm tenant',
        measured: each('heap'),
        unit: 'bytes',
        target: { of: 'measured', at: 'most', value: 1024 },
      },
      { what: 'anonymous memory of the process, grown by', measured: each('anonymous'), unit: 'bytes each' },
      {
        what: 'disk of an untouched tenant beyond its registry row',
        measured: each('overlays'),
        unit: 'bytes',
        target: { of: 'measured', at: 'most', value: 0 },
        aside: { registryRowBytes: each('registry') },
      },
      {
        what: 'file descriptors of an untouched tenant',
        measured: each('files'),
        unit: '',
        target: { of: 'measured', at: 'most', value: 0 },
      },
      {
        what: `disk of a tenant with ${CHANGES} changed documents`,
        measured: bytesOnDisk(overlays) / CHANGED / 1000,
        unit: 'KB',
        baseline: masterCopy,
        target: { of: 'measured', at: 'most', value: 400 },
        aside: { beforeCheckpointKB: full.overlays / CHANGED / 1000 },
      },
      {
        what: `anonymous memory with ${CHANGED} changed tenants`,
        measured: full.anonymous / 1e6,
        unit: 'MB',
        baseline: { what: `MB with ${CHANGED / 2}`, value: half.anonymous / 1e6 },
        target: { of: 'ratio', at: 'most', value: 1.15 },
        aside: { untouchedMB: after.anonymous / 1e6, openFiles: full.files, openFilesBefore: after.files },
      },
    ];
  },
};
