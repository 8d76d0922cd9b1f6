import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkInstallation } from '../../../src/store/postgres/installation-check.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(`what a login may do${unavailable ? `: ${unavailable}` : ''}`, () => {
  let server: TestDatabase;
  let client: Client;
  let login: string;
  let url: string;

  beforeEach(async () => {
    server = await migratedDatabase();
    login = `login_${new URL(server.url).pathname.slice(1)}`;
    client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret'`);
    url = Object.assign(new URL(server.url), { username: login, password: 'secret' }).href;
  });

  afterEach(async () => {
    await client.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    await client.end();
    await server.dispose();
  });

  it('is said when it is no member of the role that serves', async () => {
    await expect(checkInstallation(url, 5_000)).rejects.toMatchObject({
      code: 'store-schema',
      message: expect.stringMatching(/no member of warmfhir_app.*grant it/),
    });
  });

  it('is asked for with what is wrong with it', async () => {
    const said = (change: (address: URL) => void) => {
      const address = new URL(url);
      change(address);
      return expect(checkInstallation(address.href, 5_000)).rejects;
    };
    await said((address) => {
      address.password = '';
    }).toMatchObject({ detail: 'The database asks for a password, and its address has none.' });
    await said((address) => {
      address.password = 'wrong';
    }).toMatchObject({ detail: 'The database refuses the login (28P01).' });
    await said((address) => {
      address.pathname = '/nowhere';
    }).toMatchObject({ detail: 'The server of the database has no database of this name.' });
  });

  it('is no more than that role may, for a member', async () => {
    await client.query(`GRANT warmfhir_app TO ${login}`);
    expect(await checkInstallation(url, 5_000)).toMatchObject({ dropRole: false });
    expect(await checkInstallation(server.url, 5_000)).toMatchObject({ dropRole: true });
  });
});
