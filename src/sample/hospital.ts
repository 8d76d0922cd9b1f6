import { coding, concept, hl7, identifier, reference, type SampleResource, SYSTEM } from './element.ts';
import { type Gender, personName } from './person.ts';
import { Random } from './random.ts';

/** Random streams below the seed: what one kind draws never shifts another. */
const PRACTITIONER_STREAM = 1;

const DEPARTMENTS: readonly (readonly [name: string, specialty: string, specialtyName: string])[] = [
  ['General Practice', '394814009', 'General practice'],
  ['Internal Medicine', '419192003', 'Internal medicine'],
  ['Cardiology', '394579002', 'Cardiology'],
  ['Respiratory Medicine', '418112009', 'Pulmonary medicine'],
  ['Endocrinology', '394583002', 'Endocrinology'],
  ['Emergency Medicine', '773568002', 'Emergency medicine'],
  ['Paediatrics', '394537008', 'Pediatric specialty'],
  ['Orthopaedics', '394801008', 'Trauma and orthopedics'],
];

/** A practitioner with what others need to refer to them. */
export interface Physician {
  readonly resource: SampleResource;
  readonly name: string;
  readonly department: number;
}

/**
 * The hospital that the patients of a sample go to: an organization with departments, their locations, and its
 * practitioners. Everything is made when asked for, so a hospital of any size takes no memory.
 */
export class Hospital {
  readonly practitioners: number;
  readonly #seed: number;

  constructor(seed: number, patients: number) {
    this.#seed = seed;
    this.practitioners = Math.max(2 * DEPARTMENTS.length, Math.ceil(patients / 25));
  }

  get departments(): number {
    return DEPARTMENTS.length;
  }

  /** The hospital itself. */
  organization(): SampleResource {
    return {
      resourceType: 'Organization',
      id: 'hospital',
      identifier: [identifier('organization', 'H1')],
      active: true,
      type: [organizationType('prov', 'Healthcare Provider')],
      name: 'Riverside Sample Hospital',
      telecom: [{ system: 'phone', value: '555-0100-0000', use: 'work' }],
      address: [
        {
          line: ['1 Hospital Road'],
          city: 'Eastport',
          district: 'Coast',
          postalCode: '21000',
          country: 'US',
        },
      ],
    };
  }

  department(number: number): SampleResource {
    const [name] = DEPARTMENTS[number]!;
    return {
      resourceType: 'Organization',
      id: `department-${number + 1}`,
      identifier: [identifier('organization', `H1-${number + 1}`)],
      active: true,
      type: [organizationType('dept', 'Hospital Department')],
      name,
      partOf: reference(this.organization()),
    };
  }

  location(number: number): SampleResource {
    const [name] = DEPARTMENTS[number]!;
    return {
      resourceType: 'Location',
      id: `location-${number + 1}`,
      identifier: [identifier('location', `L${number + 1}`)],
      status: 'active',
      name: `${name}, floor ${number + 1}`,
      mode: 'instance',
      physicalType: concept(hl7('location-physical-type'), { code: 'lvl', display: 'Level' }),
      managingOrganization: reference(this.department(number)),
    };
  }

  practitioner(number: number): Physician {
    const random = new Random(this.#seed, PRACTITIONER_STREAM, number);
    const gender: Gender = random.chance(0.5) ? 'female' : 'male';
    const name = personName(random, gender);
    const resource: SampleResource = {
      resourceType: 'Practitioner',
      id: `dr${number + 1}`,
      identifier: [identifier('practitioner', `D${String(number + 1).padStart(6, '0')}`)],
      active: true,
      name: [{ use: 'official', ...name, prefix: ['Dr.'] }],
      telecom: [{ system: 'email', value: `dr${number + 1}@hospital.example.org`, use: 'work' }],
      gender,
      qualification: [{ code: concept(hl7('v2-0360'), { code: 'MD', display: 'Doctor of Medicine' }) }],
    };
    return { resource, name: `Dr. ${name.given[0]} ${name.family}`, department: number % DEPARTMENTS.length };
  }

  /** Where and as what a practitioner works. */
  role(physician: Physician): SampleResource {
    const [, code, display] = DEPARTMENTS[physician.department]!;
    return {
      resourceType: 'PractitionerRole',
      id: `role-${physician.resource.id}`,
      active: true,
      practitioner: reference(physician.resource, physician.name),
      organization: reference(this.department(physician.department)),
      code: [concept(hl7('practitioner-role'), { code: 'doctor', display: 'Doctor' })],
      specialty: [concept(SYSTEM.snomed, { code, display })],
      location: [reference(this.location(physician.department))],
    };
  }

  /** All resources that do not belong to one patient. */
  *resources(): Generator<SampleResource> {
    yield this.organization();
    for (let number = 0; number < DEPARTMENTS.length; number += 1) yield this.department(number);
    for (let number = 0; number < DEPARTMENTS.length; number += 1) yield this.location(number);
    for (let number = 0; number < this.practitioners; number += 1) {
      const physician = this.practitioner(number);
      yield physician.resource;
      yield this.role(physician);
    }
  }
}

function organizationType(code: string, display: string) {
  return { coding: [coding(hl7('organization-type'), { code, display })] };
}
