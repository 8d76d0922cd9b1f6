// Entry of every npm script: makes the clone ready, then runs the given script under Node 24.
// Usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]
import { launch } from '../bin/launch.mjs';
import { prepare } from './prepare.mjs';

const [script, ...args] = process.argv.slice(2);
launch(prepare(), script, args);
