#!/usr/bin/env node
// The warmfhir command on any Node: hands over to Node 24, in a checkout as in an installed package.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findNode, launch, NEEDED_NODE, NO_NODE } from './launch.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const isCheckout = existsSync(at('../src/cli.ts'));
if (isCheckout) {
  const { prepare } = await import('../scripts/prepare.mjs');
  prepare();
}
const cli = isCheckout ? '../src/cli.ts' : '../dist/cli.js';
if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) {
  await import(cli);
} else {
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(`${NO_NODE}\n`);
    process.exit(1);
  }
  launch(node, at(cli), process.argv.slice(2));
}
