import { expect, it } from 'vitest';
import { ThreadedPatcher } from '../../../src/fhir/patch/threaded-patcher.ts';

it('ends a patch that would never end, and applies the next one', async () => {
  const patcher = new ThreadedPatcher(3_000);
  try {
    const level = '%context.descendants().where(';
    const nested = `${level.repeat(4)}true${').exists()'.repeat(4)}`;
    const parts = [
      { name: 'type', valueCode: 'delete' },
      { name: 'path', valueString: nested },
    ];
    const endless = { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] };
    const document = JSON.stringify({
      resourceType: 'Patient',
      name: Array.from({ length: 40 }, () => ({
        given: ['a', 'b', 'c'],
        family: 'd',
        period: { start: '2020' },
      })),
    });
    const call = patcher.apply('acme', document, {
      form: 'fhirpath-patch',
      body: Buffer.from(JSON.stringify(endless)),
    });
    await expect(call).rejects.toMatchObject({
      code: 'patch-not-applicable',
      detail: 'The patch takes too long.',
    });
    const body = Buffer.from('[{"op":"add","path":"/active","value":true}]');
    expect(await patcher.apply('acme', '{}', { form: 'json-patch', body })).toBe('{"active":true}');
  } finally {
    await patcher.close();
  }
});
