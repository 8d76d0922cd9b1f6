import { atTime, DAY, dateOf, type Moment, SAMPLE_END, YEAR } from './calendar.ts';
import { concept, hl7, identifier, reference, type SampleResource } from './element.ts';
import type { Hospital, Physician } from './hospital.ts';
import { address, type Gender, personName, phone } from './person.ts';
import { CHRONIC, type ChronicProblem } from './problem.ts';
import type { Random } from './random.ts';

export interface OnsetProblem extends ChronicProblem {
  readonly onset: Moment;
}

/** A patient with what decides the course of their record. */
export interface SamplePatient {
  readonly resource: SampleResource;
  readonly name: string;
  readonly gender: Gender;
  readonly born: Moment;
  /** The last moment at which anything happens to them: death, or the end of the sample. */
  readonly until: Moment;
  readonly problems: readonly OnsetProblem[];
  /** Their family doctor. */
  readonly physician: Physician;
}

const MARITAL_STATUS = [
  { code: 'M', display: 'Married' },
  { code: 'S', display: 'Never Married' },
  { code: 'D', display: 'Divorced' },
  { code: 'W', display: 'Widowed' },
];

const LANGUAGES = [
  { code: 'en', display: 'English' },
  { code: 'es', display: 'Spanish' },
  { code: 'de', display: 'German' },
  { code: 'fr', display: 'French' },
];

/** Age in years, as a fraction. */
export function ageAt(patient: SamplePatient, moment: Moment): number {
  return (moment - patient.born) / YEAR;
}

function problemsOf(random: Random, born: Moment): readonly OnsetProblem[] {
  const age = (SAMPLE_END - born) / YEAR;
  return CHRONIC.flatMap((problem) => {
    const exposure = Math.min(1, (age - problem.fromAge) / Math.max(10, 75 - problem.fromAge));
    if (exposure <= 0 || !random.chance(problem.prevalence * exposure)) return [];
    const onsetAge = problem.fromAge + random.next() * (age - problem.fromAge);
    return [{ ...problem, onset: atTime(born + onsetAge * YEAR, 9, 0) }];
  });
}

/** One patient, by number from 0. */
export function samplePatient(random: Random, number: number, hospital: Hospital): SamplePatient {
  const gender: Gender = random.chance(0.52) ? 'female' : 'male';
  // Hospitals see the old more often than the young.
  const age = 96 * Math.max(random.next(), random.next() * 0.9);
  const born = atTime(SAMPLE_END - age * YEAR - DAY, 0, 0);
  const { family, given } = personName(random, gender);
  const adult = age >= 18;
  const problems = problemsOf(random, born);
  const died =
    age > 65 && random.chance(0.08) ? atTime(SAMPLE_END - random.next() * 2 * YEAR, 4, 30) : undefined;
  const physician = hospital.practitioner(random.integer(0, hospital.practitioners - 1));
  const resource: SampleResource = {
    resourceType: 'Patient',
    id: `p${number + 1}`,
    identifier: [
      {
        use: 'official',
        type: concept(hl7('v2-0203'), { code: 'MR', display: 'Medical record number' }),
        ...identifier('patient', `MRN${String(number + 1).padStart(8, '0')}`),
      },
    ],
    active: died === undefined,
    name: [
      { use: 'official', family, given },
      ...(adult && gender === 'female' && random.chance(0.2)
        ? [{ use: 'maiden', family: personName(random, gender).family, given }]
        : []),
    ],
    telecom: [
      phone(random, 'home'),
      ...(adult ? [phone(random, 'mobile')] : []),
      ...(adult && random.chance(0.6) ? [{ system: 'email', value: `p${number + 1}@mail.example.org` }] : []),
    ],
    gender,
    birthDate: dateOf(born),
    ...(died === undefined ? {} : { deceasedDateTime: `${dateOf(died)}T04:30:00Z` }),
    address: [address(random)],
    maritalStatus: concept(hl7('v3-MaritalStatus'), adult ? random.pick(MARITAL_STATUS) : MARITAL_STATUS[1]!),
    communication: [
      { language: concept('urn:ietf:bcp:47', random.chance(0.8) ? LANGUAGES[0]! : random.pick(LANGUAGES)) },
    ],
    generalPractitioner: [reference(physician.resource, physician.name)],
    managingOrganization: reference(hospital.organization()),
  };
  const until = died ?? SAMPLE_END;
  return {
    resource,
    name: `${given[0]} ${family}`,
    gender,
    born,
    until,
    problems: problems.filter(({ onset }) => onset < until),
    physician,
  };
}
