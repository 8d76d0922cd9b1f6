import { WarmfhirError } from '../../errors.ts';

/** What an address may ask of the server that is chosen; a node always needs one that takes writes. */
const WRITABLE = new Set([null, 'any', 'read-write', 'primary']);

/**
 * One address for each server that an address names: `postgres://user:password@one:5432,other:5432/database`, as libpq
 * takes it. See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 *
 * @throws store-invalid
 */
export function serverAddresses(url: string): readonly string[] {
  const [, start = '', hosts = '', end = ''] = /^(\w+:\/\/(?:[^/]*@)?)([^/?]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(',').map((host) => {
    const address = URL.parse(`${start}${host}${end}`);
    if (address === null || (host === '' && hosts !== '')) {
      throw new WarmfhirError('store-invalid', 'The address of the database cannot be read.');
    }
    if (!WRITABLE.has(address.searchParams.get('target_session_attrs'))) {
      throw new WarmfhirError('store-invalid', 'target_session_attrs is read-write: a node also writes.');
    }
    address.searchParams.delete('target_session_attrs');
    return address.href;
  });
}
