import { defineConfig } from 'vitest/config';

const ON_BOTH_ENGINES = [
  'test/api/*.test.ts',
  'test/end-to-end/clients.test.ts',
  'test/end-to-end/every-parameter.test.ts',
  'test/end-to-end/interaction/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'], provide: { engine: 'sqlite' } } },
      // Whatever a client can notice is the same on the other engine.
      {
        extends: true,
        test: { name: 'postgres', include: ON_BOTH_ENGINES, provide: { engine: 'postgres' } },
      },
    ],
    globalSetup: ['test/postgres/postgres-starter.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes in its time also where many tests share a machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
