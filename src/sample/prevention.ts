import { atTime, dateOf, dateTimeOf, type Moment, YEAR } from './calendar.ts';
import { type Code, concept, reference, type SampleResource, SYSTEM, status } from './element.ts';
import { ageAt, type SamplePatient } from './patient.ts';
import type { Random } from './random.ts';
import { ALLERGENS, INFLUENZA, REACTIONS, VACCINES } from './treatment.ts';

/** How far back influenza vaccinations are recorded. */
const INFLUENZA_YEARS = 4;

function immunization(
  id: string,
  patient: SamplePatient,
  vaccine: Code,
  moment: Moment,
  lot: string,
): SampleResource {
  return {
    resourceType: 'Immunization',
    id,
    status: 'completed',
    vaccineCode: concept(SYSTEM.cvx, vaccine),
    patient: reference(patient.resource, patient.name),
    occurrenceDateTime: dateTimeOf(moment),
    primarySource: true,
    lotNumber: lot,
    performer: [{ actor: reference(patient.physician.resource, patient.physician.name) }],
  };
}

/** Vaccinations at the ages of the schedule, and against influenza in most years. */
export function* immunizations(
  random: Random,
  patient: SamplePatient,
  nextId: (kind: string) => string,
): Generator<SampleResource> {
  const lot = () => `L${random.digits(5)}`;
  for (const { code, ages } of VACCINES) {
    for (const age of ages) {
      const moment = atTime(patient.born + (age + random.next() * 0.1) * YEAR, 10, 30);
      if (moment < patient.until && random.chance(0.9))
        yield immunization(nextId('i'), patient, code, moment, lot());
    }
  }
  const lastYear = new Date(patient.until).getUTCFullYear();
  for (let year = lastYear - INFLUENZA_YEARS + 1; year <= lastYear; year += 1) {
    const moment = atTime(Date.UTC(year, 9, random.integer(1, 28)), 10, 30);
    if (moment > patient.until || ageAt(patient, moment) < 0.5 || !random.chance(0.6)) continue;
    yield immunization(nextId('i'), patient, INFLUENZA, moment, lot());
  }
}

/** Allergies, for about one patient in four. */
export function* allergies(
  random: Random,
  patient: SamplePatient,
  nextId: (kind: string) => string,
): Generator<SampleResource> {
  for (const { code, category } of random.some(ALLERGENS, 0.035)) {
    const severe = random.chance(0.15);
    const reaction = severe ? REACTIONS.at(-1)! : random.pick(REACTIONS.slice(0, -1));
    yield {
      resourceType: 'AllergyIntolerance',
      id: nextId('a'),
      clinicalStatus: status('allergyintolerance-clinical', 'active'),
      verificationStatus: status('allergyintolerance-verification', 'confirmed'),
      type: 'allergy',
      category: [category],
      criticality: severe ? 'high' : 'low',
      code: concept(SYSTEM.snomed, code),
      patient: reference(patient.resource, patient.name),
      recordedDate: dateOf(patient.born + random.next() * (patient.until - patient.born)),
      recorder: reference(patient.physician.resource, patient.physician.name),
      reaction: [{ manifestation: [concept(SYSTEM.snomed, reaction)], severity: severe ? 'severe' : 'mild' }],
    };
  }
}
