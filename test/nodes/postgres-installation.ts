import { runCli } from '../command/run-cli.ts';

/** Makes a database ready to be served: its tables, and a small sample hospital as its master. */
export async function installSample(store: string, folder: { at(name: string): string }): Promise<void> {
  const commands = [
    ['sample', '--patients', '3', '--out', folder.at('sample')],
    ['migrate', '--store', store],
    ['ingest', folder.at('sample'), '--store', store],
  ];
  for (const command of commands) {
    const { code, stderr } = await runCli(command);
    if (code !== 0) throw new Error(`warmfhir ${command[0]} ended with ${code}: ${stderr}`);
  }
}
