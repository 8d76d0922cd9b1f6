import { DAY, dateTimeOf, type Moment } from './calendar.ts';
import { concept, hl7, quantity, reference, type SampleResource, SYSTEM, status } from './element.ts';
import type { Occasion } from './observation.ts';
import type { OnsetProblem, SamplePatient } from './patient.ts';
import type { Problem } from './problem.ts';
import { MEDICATIONS, PROCEDURES } from './treatment.ts';

/** A condition of a patient; without an end it is still active. */
export function conditionOf(
  id: string,
  patient: SamplePatient,
  problem: Problem,
  onset: Moment,
  abatement: Moment | undefined,
  encounter?: string,
): SampleResource {
  return {
    resourceType: 'Condition',
    id,
    clinicalStatus: status('condition-clinical', abatement === undefined ? 'active' : 'resolved'),
    verificationStatus: status('condition-ver-status', 'confirmed'),
    category: [
      encounter === undefined
        ? concept(hl7('condition-category'), { code: 'problem-list-item', display: 'Problem List Item' })
        : concept(hl7('condition-category'), { code: 'encounter-diagnosis', display: 'Encounter Diagnosis' }),
    ],
    code: {
      coding: [
        { system: SYSTEM.snomed, ...problem.code },
        { system: SYSTEM.icd10, code: problem.icd10 },
      ],
      text: problem.code.display,
    },
    subject: reference(patient.resource, patient.name),
    ...(encounter === undefined ? {} : { encounter: { reference: `Encounter/${encounter}` } }),
    onsetDateTime: dateTimeOf(onset),
    ...(abatement === undefined ? {} : { abatementDateTime: dateTimeOf(abatement) }),
    recordedDate: dateTimeOf(onset),
    recorder: reference(patient.physician.resource, patient.physician.name),
  };
}

/** A prescription: chronic ones run on, others last a week. */
export function medicationRequest(
  { patient, visit, encounter, nextId }: Occasion,
  name: string,
  condition: SampleResource,
  problem: Problem | OnsetProblem,
): SampleResource {
  const { code, dose, timesPerDay, amount, unit } = MEDICATIONS[name]!;
  const chronic = 'onset' in problem;
  const days = chronic ? 90 : 7;
  const perDay = timesPerDay === 1 ? 'once a day' : `${timesPerDay} times a day`;
  return {
    resourceType: 'MedicationRequest',
    id: nextId('m'),
    status: visit.start + days * DAY > patient.until ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: { ...concept(SYSTEM.atc, code), text: `${code.display} ${dose}` },
    subject: reference(patient.resource, patient.name),
    encounter: reference(encounter),
    authoredOn: dateTimeOf(visit.start),
    requester: reference(visit.physician.resource, visit.physician.name),
    reasonReference: [reference(condition, problem.code.display)],
    dosageInstruction: [
      {
        sequence: 1,
        text: `${dose}, ${perDay}`,
        timing: { repeat: { frequency: timesPerDay, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: quantity(amount, unit) }],
      },
    ],
    dispenseRequest: {
      numberOfRepeatsAllowed: chronic ? 3 : 0,
      quantity: quantity(amount * timesPerDay * days, unit),
      expectedSupplyDuration: { value: days, unit: 'days', system: SYSTEM.ucum, code: 'd' },
    },
  };
}

/** A procedure that was done during the visit. */
export function procedureOf(occasion: Occasion, name: string, condition?: SampleResource): SampleResource {
  const { patient, visit, encounter } = occasion;
  return {
    resourceType: 'Procedure',
    id: occasion.nextId('x'),
    status: 'completed',
    code: concept(SYSTEM.snomed, PROCEDURES[name]!),
    subject: reference(patient.resource, patient.name),
    encounter: reference(encounter),
    performedPeriod: { start: dateTimeOf(visit.start), end: dateTimeOf(visit.end) },
    performer: [{ actor: reference(visit.physician.resource, visit.physician.name) }],
    ...(condition === undefined ? {} : { reasonReference: [reference(condition)] }),
  };
}
