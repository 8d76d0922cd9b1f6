import { describe, expect, it } from 'vitest';
import type { CodeSystemDefinition, ValueSetDefinition } from '../../../src/fhir/terminology/definition.ts';
import { R4Terminology } from '../../../src/fhir/terminology/r4-terminology.ts';
import { ValueSetExpansion } from '../../../src/fhir/terminology/value-set-expansion.ts';

const ANIMALS: CodeSystemDefinition = {
  content: 'complete',
  concept: [
    {
      code: 'animal',
      concept: [
        { code: 'dog', property: [{ code: 'legs', valueInteger: 4 }] },
        { code: 'bird', concept: [{ code: 'owl', property: [{ code: 'legs', valueInteger: 2 }] }] },
      ],
    },
    { code: 'bat', property: [{ code: 'parent', valueCode: 'animal' }] },
  ],
};

function expansion(
  valueSets: Readonly<Record<string, ValueSetDefinition>>,
  codeSystems: Readonly<Record<string, CodeSystemDefinition>> = { animals: ANIMALS },
): ValueSetExpansion {
  return new ValueSetExpansion({
    valueSet: async (address) => valueSets[address],
    codeSystem: async (address) => codeSystems[address],
  });
}

async function codes(
  definition: ValueSetDefinition,
  others: Readonly<Record<string, ValueSetDefinition>> = {},
) {
  const found = await expansion({ ...others, x: definition }).valueSet('x');
  return found.map(({ code }) => code).sort();
}

const of = (...include: NonNullable<ValueSetDefinition['compose']>['include'] & {}) => ({
  compose: { include },
});

describe('the codes of a value set', () => {
  it.each([
    [of({ system: 'animals' }), ['animal', 'bat', 'bird', 'dog', 'owl']],
    [of({ system: 'animals', concept: [{ code: 'dog' }, { code: 'unheard' }] }), ['dog', 'unheard']],
    [
      of({ system: 'animals', filter: [{ property: 'concept', op: 'is-a', value: 'bird' }] }),
      ['bird', 'owl'],
    ],
    [
      of({ system: 'animals', filter: [{ property: 'concept', op: 'descendent-of', value: 'bird' }] }),
      ['owl'],
    ],
    [
      of({ system: 'animals', filter: [{ property: 'concept', op: 'is-not-a', value: 'bird' }] }),
      ['animal', 'bat', 'dog'],
    ],
    [
      of({ system: 'animals', filter: [{ property: 'concept', op: 'generalizes', value: 'owl' }] }),
      ['animal', 'bird', 'owl'],
    ],
    [of({ system: 'animals', filter: [{ property: 'legs', op: '=', value: '4' }] }), ['dog']],
    [of({ system: 'animals', filter: [{ property: 'legs', op: 'in', value: '2,4' }] }), ['dog', 'owl']],
    [
      of({ system: 'animals', filter: [{ property: 'legs', op: 'exists', value: 'false' }] }),
      ['animal', 'bat', 'bird'],
    ],
    [
      of({ system: 'animals', filter: [{ property: 'parent', op: '=', value: 'animal' }] }),
      ['bat', 'bird', 'dog'],
    ],
    [
      {
        compose: {
          include: [{ system: 'animals' }],
          exclude: [{ system: 'animals', concept: [{ code: 'dog' }, { code: 'bat' }] }],
        },
      },
      ['animal', 'bird', 'owl'],
    ],
    [
      { expansion: { contains: [{ system: 's', code: 'a', contains: [{ system: 's', code: 'b' }] }] } },
      ['a', 'b'],
    ],
    [
      {
        expansion: {
          contains: [
            { system: 's', code: 'a', abstract: true },
            { system: 's', code: 'b' },
          ],
        },
      },
      ['b'],
    ],
  ] as const)('%j: %j', async (definition, expected) => {
    expect(await codes(definition as ValueSetDefinition)).toEqual(expected);
  });

  it('are those that are in the system and in all value sets of a part', async () => {
    const others = {
      birds: of({ system: 'animals', filter: [{ property: 'concept', op: 'is-a', value: 'bird' }] }),
      legged: of({ system: 'animals', filter: [{ property: 'legs', op: 'exists', value: 'true' }] }),
    };
    expect(await codes(of({ valueSet: ['birds', 'legged'] }), others)).toEqual(['owl']);
    expect(await codes(of({ valueSet: ['birds'] }, { valueSet: ['legged'] }), others)).toEqual([
      'bird',
      'dog',
      'owl',
    ]);
  });

  it.each([
    ['is unknown', {}, 'not known'],
    ['says nothing', { x: {} }, 'does not say'],
    ['uses itself', { x: of({ valueSet: ['x'] }) }, 'without end'],
    ['draws on an unknown code system', { x: of({ system: 'loinc' }) }, 'not known'],
    [
      'filters by an expression',
      { x: of({ system: 'animals', filter: [{ property: 'code', op: 'regex', value: 'a' }] }) },
      'regex',
    ],
    ['is held in part', { x: { expansion: { total: 3, contains: [{ code: 'a' }] } } }, 'a part'],
  ] as const)('are not told where it %s', async (_, valueSets, message) => {
    await expect(expansion(valueSets as never).valueSet('x')).rejects.toMatchObject({
      code: 'search-not-supported',
      detail: expect.stringContaining(message),
    });
  });

  it('are taken from a stored expansion where the definition cannot be evaluated', async () => {
    const definition = {
      ...of({ system: 'loinc' }),
      expansion: { contains: [{ system: 'loinc', code: 'a' }] },
    };
    expect(await codes(definition)).toEqual(['a']);
  });
});

describe('the hierarchy of a code system', () => {
  const hierarchy = (direction: 'above' | 'below', code: string) =>
    expansion({}).hierarchy({ system: 'animals', code }, direction);

  it('is followed upwards and downwards, the code itself included', async () => {
    expect((await hierarchy('below', 'bird')).map(({ code }) => code)).toEqual(['bird', 'owl']);
    expect((await hierarchy('above', 'owl')).map(({ code }) => code)).toEqual(['owl', 'bird', 'animal']);
    expect((await hierarchy('above', 'bat')).map(({ code }) => code)).toEqual(['bat', 'animal']);
  });

  it('is not followed where it is unknown, incomplete or of another meaning', async () => {
    await expect(hierarchy('below', 'fish')).rejects.toMatchObject({ code: 'parameter-invalid' });
    for (const other of [{ content: 'fragment' }, { ...ANIMALS, hierarchyMeaning: 'part-of' }]) {
      const asked = expansion({}, { animals: other }).hierarchy({ system: 'animals', code: 'bird' }, 'below');
      await expect(asked).rejects.toMatchObject({ code: 'search-not-supported' });
    }
  });
});

describe("R4's own definitions", () => {
  const r4 = new ValueSetExpansion(new R4Terminology());

  it('answer by address, with or without version', async () => {
    for (const address of [
      'http://hl7.org/fhir/ValueSet/administrative-gender',
      'http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1',
    ]) {
      const found = await r4.valueSet(address);
      expect(found.map(({ code }) => code)).toEqual(['male', 'female', 'other', 'unknown']);
    }
    await expect(
      r4.valueSet('http://hl7.org/fhir/ValueSet/administrative-gender|5.0.0'),
    ).rejects.toMatchObject({
      code: 'search-not-supported',
    });
  });

  it('know hierarchies, those of v3 too', async () => {
    const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
    const found = await r4.hierarchy({ system, code: '_ActEncounterCode' }, 'below');
    expect(found.map(({ code }) => code)).toEqual(expect.arrayContaining(['AMB', 'EMER', 'IMP', 'ACUTE']));
    const events = { system: 'http://hl7.org/fhir/event-status', code: 'completed' };
    expect(await r4.hierarchy(events, 'above')).toEqual([events]);
  });
});
