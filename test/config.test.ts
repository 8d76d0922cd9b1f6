import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/command/program.ts';
import { addSettings, readSettings, SETTINGS, type SettingName } from '../src/config.ts';

const names = Object.keys(SETTINGS) as SettingName[];

/** What commander makes of a command line. */
function given(args: readonly string[], chosen: readonly SettingName[] = names): Record<string, unknown> {
  return addSettings(new Command(), chosen).parse(args, { from: 'user' }).opts();
}

function read(args: readonly string[], environment: Record<string, string> = {}) {
  return readSettings(names, given(args), environment);
}

describe('the table of settings', () => {
  it('names each setting as commander names its flag', () => {
    for (const option of addSettings(new Command(), names).options)
      expect(names).toContain(option.attributeName());
  });

  it('derives the environment variable from the name', () => {
    for (const name of names) {
      const { env } = SETTINGS[name] as { env?: string };
      if (env !== undefined) expect(env).toBe(`WARMFHIR_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`);
    }
  });

  it('has defaults that it takes itself', () => {
    const defaults = read([]);
    expect(defaults).toMatchObject({
      store: 'sqlite:./data',
      port: 8080,
      idleTimeout: 1_800_000,
      autoWarm: false,
    });
    expect(defaults).toMatchObject({ maxBody: 20 * 2 ** 20, header: [], publicUrl: undefined });
  });
});

describe('reading settings', () => {
  it('lets the command line win over the environment, and that over the default', () => {
    const environment = { WARMFHIR_PORT: '9000', WARMFHIR_HOST: '::1' };
    expect(read(['--port', '9001'], environment)).toMatchObject({ port: 9001, host: '::1' });
    expect(read([], { WARMFHIR_PORT: '' }).port).toBe(8080);
  });

  it('says which words a setting takes', () => {
    expect(() => read(['--log-level', 'loud'])).toThrow(
      '--log-level takes one of debug, info, warn, error, silent, not "loud".',
    );
  });

  it('reads a switch from the environment by its value', () => {
    expect(read([], { WARMFHIR_AUTO_WARM: 'false' }).autoWarm).toBe(false);
    expect(read([], { WARMFHIR_AUTO_WARM: 'true' }).autoWarm).toBe(true);
    expect(read(['--auto-warm'], { WARMFHIR_AUTO_WARM: 'false' }).autoWarm).toBe(true);
  });

  it('takes a repeatable setting several times, in the environment line by line', () => {
    const fields = [
      ['A', '1'],
      ['B', '2'],
    ];
    expect(read(['--header', 'A: 1', '--header', 'B: 2']).header).toEqual(fields);
    expect(read([], { WARMFHIR_HEADER: 'A: 1\nB: 2\n' }).header).toEqual(fields);
  });

  it('names the flag or the variable of a bad value in one line', () => {
    expect(() => read(['--port', 'http'])).toThrow(
      '--port takes a whole number from 0 to 65535, not "http".',
    );
    expect(() => read([], { WARMFHIR_IDLE_TIMEOUT: '30' })).toThrow(
      'WARMFHIR_IDLE_TIMEOUT takes a duration such as 500ms, 30s, 30m or 12h, not "30".',
    );
  });

  it('never shows a secret', () => {
    expect(() => read(['--header', 'Bearer swordfish'])).toThrow(/^(?!.*swordfish).*$/s);
  });
});

/** Sections of docs/configuration.md: command line → rows of its table. */
function documented(): Map<string, string[][]> {
  const text = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => [
      /^`warmfhir ([^`]*)`/.exec(section)?.[1] ?? '',
      [...section.matchAll(/^\| `(--[^|]*)` \| (.*?) \| (.*?) \| (.*) \|$/gm)].map((row) => row.slice(1)),
    ]),
  );
}

/** A row of the documentation for a flag of a command. */
function rowOf(flags: string, description: string): string[] {
  const row = Object.values(SETTINGS).find((setting) => setting.flags === flags);
  if (row === undefined) return [flags, '–', '–', description];
  const {
    env,
    fallback,
    description: words,
  } = row as { env?: string; fallback?: string; description: string };
  const shown = fallback === undefined || fallback === 'false' ? '–' : `\`${fallback}\``;
  return [flags, env === undefined ? '–' : `\`${env}\``, shown, words];
}

function commandsOf(command: Command, path: string): [path: string, command: Command][] {
  return command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`.trim();
    return child.commands.length > 0 ? commandsOf(child, name) : [[name, child] as [string, Command]];
  });
}

describe('docs/configuration.md', () => {
  const sections = documented();
  const commands = commandsOf(createProgram(), '');

  it('has a section for every command', () => {
    expect([...sections.keys()].filter((name) => name !== '').sort()).toEqual(
      commands.map(([name]) => name).sort(),
    );
  });

  it.each(commands)('lists the settings of %s', (name, command) => {
    expect(sections.get(name)).toEqual(
      command.options.map((option) => rowOf(option.flags, option.description)),
    );
  });
});
