// Entry of every npm script: makes the clone ready, then runs the given script under Node 24.
// Usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]
import { findNode, launch, NO_NODE } from '../bin/launch.mjs';
import { prepare } from './prepare.mjs';

prepare();
const node = findNode();
if (node === undefined) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exit(1);
}
const [script, ...args] = process.argv.slice(2);
launch(node, script, args);
