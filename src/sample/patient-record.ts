import { DAY } from './calendar.ts';
import { conditionOf, medicationRequest, procedureOf } from './care.ts';
import type { SampleResource } from './element.ts';
import type { Hospital } from './hospital.ts';
import { laboratoryPanel, type Occasion, smokingStatus, vitalSigns } from './observation.ts';
import { ageAt, type SamplePatient, samplePatient } from './patient.ts';
import { allergies, immunizations } from './prevention.ts';
import { Random } from './random.ts';
import { encounterOf, planVisits, type Visit } from './visit.ts';

/** Random streams below the seed; hospital.ts has the others. */
const PATIENT_STREAM = 2;

/**
 * Everything of one patient, the Patient first. It depends on seed, number and the size of the hospital alone, so
 * records can be made in any order and are forgotten at once.
 */
export function* patientRecord(seed: number, number: number, hospital: Hospital): Generator<SampleResource> {
  const random = new Random(seed, PATIENT_STREAM, number);
  const patient = samplePatient(random, number, hospital);
  const used = new Map<string, number>();
  const nextId = (kind: string) => {
    const count = (used.get(kind) ?? 0) + 1;
    used.set(kind, count);
    return `${patient.resource.id}-${kind}${count}`;
  };
  yield patient.resource;
  yield* allergies(random, patient, nextId);
  yield* immunizations(random, patient, nextId);
  const chronic = new Map<string, SampleResource>();
  for (const problem of patient.problems) {
    const condition = conditionOf(nextId('c'), patient, problem, problem.onset, undefined);
    chronic.set(problem.code.code, condition);
    yield condition;
  }
  const habits = {
    height: random.normal(patient.gender === 'female' ? 165 : 178, 7),
    smoking: random.integer(0, 2),
  };
  const leanness = random.normal(26, 3.5);
  for (const [index, visit] of planVisits(random, patient, hospital).entries()) {
    yield* visitRecord({
      random,
      patient,
      visit,
      number: index + 1,
      hospital,
      chronic,
      habits,
      leanness,
      nextId,
    });
  }
}

interface VisitRecord {
  readonly random: Random;
  readonly patient: SamplePatient;
  readonly visit: Visit;
  /** From 1 within the patient. */
  readonly number: number;
  readonly hospital: Hospital;
  /** Conditions that last, by SNOMED CT code. */
  readonly chronic: ReadonlyMap<string, SampleResource>;
  readonly habits: { readonly height: number; readonly smoking: number };
  readonly leanness: number;
  readonly nextId: (kind: string) => string;
}

function diagnosis({
  random,
  patient,
  visit,
  number,
  chronic,
  nextId,
}: VisitRecord): SampleResource | undefined {
  if (visit.problem === undefined) return undefined;
  const lasting = visit.kind === 'follow-up' ? chronic.get(visit.problem.code.code) : undefined;
  if (lasting !== undefined) return lasting;
  const better = visit.end + random.integer(5, 21) * DAY;
  return conditionOf(
    nextId('c'),
    patient,
    visit.problem,
    visit.start,
    better < patient.until ? better : undefined,
    `${patient.resource.id}-e${number}`,
  );
}

function* visitRecord(record: VisitRecord): Generator<SampleResource> {
  const { random, patient, visit, number, hospital, habits, nextId } = record;
  const condition = diagnosis(record);
  const encounter = encounterOf(visit, number, patient, hospital, condition === undefined ? [] : [condition]);
  yield encounter;
  if (condition !== undefined && visit.kind !== 'follow-up') yield condition;
  const occasion: Occasion = { random, patient, visit, encounter, nextId };
  yield* vitalSigns(occasion, habits.height, record.leanness);
  const { problem } = visit;
  if (problem === undefined || condition === undefined) {
    const adult = ageAt(patient, visit.start) >= 18;
    if (adult) {
      yield smokingStatus(occasion, habits.smoking);
      yield* laboratoryPanel(occasion, 'metabolic');
      if (random.chance(0.5)) yield* laboratoryPanel(occasion, 'blood-count');
      if (random.chance(0.4)) yield* laboratoryPanel(occasion, 'lipids');
    }
    if (patient.problems.length > 0) yield procedureOf(occasion, 'medication-review');
    return;
  }
  for (const panel of problem.panels) yield* laboratoryPanel(occasion, panel);
  for (const procedure of problem.procedures) yield procedureOf(occasion, procedure, condition);
  for (const medication of problem.medications)
    yield medicationRequest(occasion, medication, condition, problem);
}
