/**
 * `npm run check`: types, lint and format, layers, unused code. Ends with 1 when a step fails.
 */
import { runChecks } from './checks.ts';

process.exitCode = runChecks().failed > 0 ? 1 : 0;
