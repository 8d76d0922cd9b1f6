/** Code systems, value sets and what is classified by them. */
const ANIMALS = 'http://example.org/cs/animals';

const terminology = [
  {
    resourceType: 'CodeSystem',
    id: 'cs1',
    url: ANIMALS,
    version: '1.0',
    status: 'active',
    hierarchyMeaning: 'is-a',
    content: 'complete',
    concept: [
      {
        code: 'animal',
        concept: [{ code: 'mammal', concept: [{ code: 'dog' }, { code: 'cat' }] }, { code: 'bird' }],
      },
    ],
  },
  {
    resourceType: 'ValueSet',
    id: 'vs1',
    url: 'http://example.org/vs/pets',
    status: 'active',
    name: 'Pets',
    compose: { include: [{ system: ANIMALS, concept: [{ code: 'dog' }, { code: 'cat' }] }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'vs2',
    url: 'http://example.org/vs/pets/mammals',
    status: 'draft',
    name: 'Mammals',
    compose: {
      include: [{ system: ANIMALS, filter: [{ property: 'concept', op: 'is-a', value: 'mammal' }] }],
    },
  },
  {
    resourceType: 'ValueSet',
    id: 'vs3',
    url: 'urn:oid:2.16.840.1.113883.3.1',
    status: 'active',
    name: 'Elsewhere',
  },
];

const classified = ['dog', 'cat', 'bird', 'mammal'].map((code) => ({
  resourceType: 'Basic',
  id: `b-${code}`,
  code: { coding: [{ system: ANIMALS, code, display: `The ${code}` }] },
  created: { dog: '2019-01-01', cat: '2019-01-02', bird: '2019-02', mammal: '2019' }[code],
}));

const collections = [
  {
    resourceType: 'List',
    id: 'li1',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/p1' } }, { item: { reference: 'Patient/p3' } }],
  },
  {
    resourceType: 'Group',
    id: 'g1',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/p1' } }, { entity: { reference: 'Patient/p2' } }],
    characteristic: [
      {
        code: { coding: [{ system: 'http://example.org/traits', code: 'smoker' }] },
        valueCodeableConcept: { coding: [{ system: 'http://example.org/yesno', code: 'y' }] },
        exclude: false,
      },
      {
        code: { coding: [{ system: 'http://example.org/traits', code: 'drinker' }] },
        valueCodeableConcept: { coding: [{ system: 'http://example.org/yesno', code: 'n' }] },
        exclude: false,
      },
    ],
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'qr1',
    status: 'completed',
    questionnaire: 'http://example.org/q/1|2.0',
    subject: { reference: 'Patient/p1' },
    authored: '2020-02-02T02:02:02Z',
  },
];

const age = { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'age' };
const years = { system: 'http://unitsofmeasure.org', code: 'a' };

const measures = [
  {
    resourceType: 'Measure',
    id: 'me1',
    status: 'active',
    useContext: [{ code: age, valueRange: { low: { value: 10, ...years }, high: { value: 20, ...years } } }],
  },
  {
    resourceType: 'Measure',
    id: 'me2',
    status: 'active',
    useContext: [{ code: age, valueQuantity: { value: 25, comparator: '>=', ...years } }],
  },
  {
    resourceType: 'Measure',
    id: 'me3',
    status: 'active',
    useContext: [{ code: age, valueQuantity: { value: 0.6784861779198904, ...years } }],
  },
];

export const knowledge: readonly { resourceType: string; id: string }[] = [
  ...terminology,
  ...classified,
  ...collections,
  ...measures,
];
