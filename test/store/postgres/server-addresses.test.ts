import { describe, expect, it } from 'vitest';
import { serverAddresses } from '../../../src/store/postgres/server-addresses.ts';

describe('the servers that an address names', () => {
  it.each([
    ['postgres://localhost/db', ['postgres://localhost/db']],
    ['postgres://u:p%2C%40@h:5433/db?sslmode=require', ['postgres://u:p%2C%40@h:5433/db?sslmode=require']],
    [
      'postgres://u:p@one,other:5433/db?target_session_attrs=read-write&sslmode=require',
      ['postgres://u:p@one/db?sslmode=require', 'postgres://u:p@other:5433/db?sslmode=require'],
    ],
    ['postgresql://[::1]:1,[::2]:2/db', ['postgresql://[::1]:1/db', 'postgresql://[::2]:2/db']],
    ['postgres:///db?host=/var/run/postgresql', ['postgres:///db?host=%2Fvar%2Frun%2Fpostgresql']],
  ])('%s', (url, addresses) => {
    expect(serverAddresses(url)).toEqual(addresses);
  });

  it.each(['postgres://one,/db', 'postgres://one,two:x/db', 'postgres://h/db?target_session_attrs=standby'])(
    'refuses %s',
    (url) => {
      expect(() => serverAddresses(url)).toThrow(expect.objectContaining({ code: 'store-invalid' }));
    },
  );
});
