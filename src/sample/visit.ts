import { atTime, DAY, dateTimeOf, HOUR, MINUTE, type Moment, YEAR } from './calendar.ts';
import {
  type Code,
  coding,
  concept,
  hl7,
  identifier,
  reference,
  type SampleResource,
  SYSTEM,
} from './element.ts';
import type { Hospital, Physician } from './hospital.ts';
import { ageAt, type OnsetProblem, type SamplePatient } from './patient.ts';
import { ACUTE, type Problem } from './problem.ts';
import type { Random } from './random.ts';

export type VisitKind = 'check-up' | 'follow-up' | 'symptom' | 'emergency';

/** One planned visit of a patient. */
export interface Visit {
  readonly kind: VisitKind;
  readonly start: Moment;
  readonly end: Moment;
  readonly physician: Physician;
  /** Why they come; absent for a check-up. */
  readonly problem?: Problem | OnsetProblem;
}

/** How far back a record goes. */
const YEARS_OF_RECORD = 2.5;

const AMBULATORY: Code = { code: 'AMB', display: 'ambulatory' };

const KINDS: Readonly<Record<VisitKind, { readonly class: Code; readonly type: Code }>> = {
  'check-up': { class: AMBULATORY, type: { code: '185349003', display: 'Encounter for check up' } },
  'follow-up': { class: AMBULATORY, type: { code: '390906007', display: 'Follow-up encounter' } },
  symptom: { class: AMBULATORY, type: { code: '185345009', display: 'Encounter for symptom' } },
  emergency: {
    class: { code: 'EMER', display: 'emergency' },
    type: { code: '50849002', display: 'Emergency room admission' },
  },
};

const EMERGENCY_DEPARTMENT = 5;

/** All visits of a patient, earliest first. */
export function planVisits(random: Random, patient: SamplePatient, hospital: Hospital): Visit[] {
  const from = Math.max(patient.born + DAY, patient.until - YEARS_OF_RECORD * YEAR);
  const visits: Visit[] = [];

  const add = (kind: VisitKind, day: Moment, problem?: Problem) => {
    const start = atTime(day, random.integer(8, 16), random.pick([0, 15, 30, 45]));
    const end =
      start + (kind === 'emergency' ? random.integer(2, 9) * HOUR : random.integer(2, 6) * 10 * MINUTE);
    if (start < from || end > patient.until) return;
    const physician =
      kind === 'emergency' ? inDepartment(random, hospital, EMERGENCY_DEPARTMENT) : patient.physician;
    visits.push({ kind, start, end, physician, ...(problem === undefined ? {} : { problem }) });
  };

  const repeat = (every: number, from: Moment, visit: (day: Moment) => void) => {
    for (let day = from + random.next() * every; day < patient.until; day += every * random.normal(1, 0.12))
      visit(day);
  };

  const young = ageAt(patient, from) < 3;
  repeat(young ? YEAR / 3 : YEAR, from, (day) => add('check-up', day));
  for (const problem of patient.problems) {
    repeat(YEAR, Math.max(from, problem.onset), (day) => add('follow-up', day, problem));
  }
  repeat(YEAR * 1.1, from, (day) =>
    add(random.chance(0.15) ? 'emergency' : 'symptom', day, random.pick(ACUTE)),
  );
  return visits.sort((a, b) => a.start - b.start);
}

function inDepartment(random: Random, hospital: Hospital, department: number): Physician {
  const perDepartment = Math.floor(hospital.practitioners / hospital.departments);
  return hospital.practitioner(department + hospital.departments * random.integer(0, perDepartment - 1));
}

/** The Encounter of a visit. `reasons` are Conditions. */
export function encounterOf(
  visit: Visit,
  number: number,
  patient: SamplePatient,
  hospital: Hospital,
  reasons: readonly SampleResource[],
): SampleResource {
  const { class: encounterClass, type } = KINDS[visit.kind];
  const period = { start: dateTimeOf(visit.start), end: dateTimeOf(visit.end) };
  const { department } = visit.physician;
  return {
    resourceType: 'Encounter',
    id: `${patient.resource.id}-e${number}`,
    identifier: [identifier('encounter', `${patient.resource.id}-${number}`)],
    status: 'finished',
    class: coding(hl7('v3-ActCode'), encounterClass),
    type: [concept(SYSTEM.snomed, type)],
    subject: reference(patient.resource, patient.name),
    participant: [
      {
        type: [concept(hl7('v3-ParticipationType'), { code: 'PPRF', display: 'primary performer' })],
        period,
        individual: reference(visit.physician.resource, visit.physician.name),
      },
    ],
    period,
    ...(visit.problem === undefined ? {} : { reasonCode: [concept(SYSTEM.snomed, visit.problem.code)] }),
    ...(reasons.length === 0
      ? {}
      : {
          diagnosis: reasons.map((condition, index) => ({
            condition: reference(condition),
            rank: index + 1,
          })),
        }),
    location: [{ location: reference(hospital.location(department)) }],
    serviceProvider: reference(hospital.department(department)),
  };
}
