import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';

/** Who a server runs as where that is not the user of the tests. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Accounts without rights that every system has. */
const UNPRIVILEGED = ['nobody', 'daemon'];

/**
 * PostgreSQL refuses to run as root, and asks for the name of its user: so for root an account without rights that
 * has one, else undefined, which stands for the user of the tests.
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of UNPRIVILEGED) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? [];
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no ${UNPRIVILEGED.join(' or ')}`);
}

/** Whether a user can run a program: every folder on the way to it counts. */
export function mayExecute(user: ServerUser, program: string): boolean {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' }).error === undefined;
}

/** Gives a file or folder to the user of the server. */
export function giveTo(user: ServerUser | undefined, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}
