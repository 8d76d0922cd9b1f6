#!/usr/bin/env node
// The warmfhir command on any Node: hands over to Node 24, in a checkout as in an installed package.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findNode, launch, NO_NODE, whenNpmEnds } from './launch.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const isCheckout = existsSync(at('../src/cli.ts'));
const node = isCheckout ? (await import('../scripts/prepare.mjs')).prepare() : findNode();
const cli = isCheckout ? '../src/cli.ts' : '../dist/cli.js';
if (node === process.execPath) {
  whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
  await import(cli);
} else if (node === undefined) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exitCode = 1;
} else {
  launch(node, at(cli), process.argv.slice(2));
}
