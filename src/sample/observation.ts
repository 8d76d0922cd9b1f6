import { dateTimeOf, MINUTE } from './calendar.ts';
import {
  type Code,
  concept,
  hl7,
  quantity,
  reference,
  rounded,
  type SampleResource,
  SYSTEM,
  status,
} from './element.ts';
import {
  BLOOD_PRESSURE,
  BODY_MASS_INDEX,
  DIASTOLIC,
  HEIGHT,
  LAB_PANELS,
  type Measurement,
  PAIN,
  SYSTOLIC,
  VITAL_SIGNS,
  WEIGHT,
} from './measurement.ts';
import { ageAt, type SamplePatient } from './patient.ts';
import type { Random } from './random.ts';
import type { Visit } from './visit.ts';

/** What an observation is made at. */
export interface Occasion {
  readonly random: Random;
  readonly patient: SamplePatient;
  readonly visit: Visit;
  readonly encounter: SampleResource;
  /** The next free id of this patient for a kind of resource, for example `p1-o17`. */
  readonly nextId: (kind: string) => string;
}

const SMOKING: Code = { code: '72166-2', display: 'Tobacco smoking status' };

const SMOKING_ANSWERS: readonly Code[] = [
  { code: '266919005', display: 'Never smoked tobacco' },
  { code: '8517006', display: 'Ex-smoker' },
  { code: '77176002', display: 'Smoker' },
];

const CATEGORY_NAMES = {
  'vital-signs': 'Vital Signs',
  laboratory: 'Laboratory',
  survey: 'Survey',
  'social-history': 'Social History',
} as const;

function observation(
  occasion: Occasion,
  category: keyof typeof CATEGORY_NAMES,
  code: Code,
  rest: object,
): SampleResource {
  const { patient, visit, encounter } = occasion;
  return {
    resourceType: 'Observation',
    id: occasion.nextId('o'),
    status: 'final',
    category: [concept(hl7('observation-category'), { code: category, display: CATEGORY_NAMES[category] })],
    code: concept(SYSTEM.loinc, code),
    subject: reference(patient.resource, patient.name),
    encounter: reference(encounter),
    effectiveDateTime: dateTimeOf(visit.start + 5 * MINUTE),
    issued: new Date(visit.start + 20 * MINUTE).toISOString(),
    performer: [reference(visit.physician.resource, visit.physician.name)],
    ...rest,
  };
}

/** A plausible value: around the mean, moved by what the patient suffers from. */
function plausibleValue({ random, patient, visit }: Occasion, measured: Measurement): number {
  let value = random.normal(measured.mean, measured.deviation);
  for (const problem of patient.problems) {
    if (problem.onset <= visit.start)
      value += (problem.shift[measured.code.code] ?? 0) * random.normal(0.8, 0.25);
  }
  const most = measured.unit === '%' ? 100 : Number.MAX_VALUE;
  return rounded(Math.min(most, Math.max(0, value)), measured.decimals);
}

function interpretation({ low, high }: Measurement, value: number) {
  if (low === undefined || high === undefined) return {};
  const [code, display] = value < low ? ['L', 'Low'] : value > high ? ['H', 'High'] : ['N', 'Normal'];
  return {
    interpretation: [concept(hl7('v3-ObservationInterpretation'), { code: code!, display: display! })],
  };
}

function referenceRange({ low, high, unit }: Measurement) {
  if (low === undefined || high === undefined) return {};
  return { referenceRange: [{ low: quantity(low, unit), high: quantity(high, unit) }] };
}

/** Height in cm by age: a straight line to 17, then the adult's own. */
function heightOf(patient: SamplePatient, visit: Visit, adultHeight: number): number {
  const age = ageAt(patient, visit.start);
  return age >= 17 ? adultHeight : 50 + ((adultHeight - 50) * Math.max(0, age)) / 17;
}

/** What is measured at every visit. `adultHeight` (cm) and `leanness` (kg/m²) stay with the patient. */
export function* vitalSigns(
  occasion: Occasion,
  adultHeight: number,
  leanness: number,
): Generator<SampleResource> {
  const simple = (measured: Measurement, value: number) =>
    observation(occasion, 'vital-signs', measured.code, { valueQuantity: quantity(value, measured.unit) });
  const height = rounded(heightOf(occasion.patient, occasion.visit, adultHeight), HEIGHT.decimals);
  const child = ageAt(occasion.patient, occasion.visit.start) < 17;
  const index = (child ? 16 : leanness) + occasion.random.normal(0, 0.5);
  const weight = rounded(index * (height / 100) ** 2, WEIGHT.decimals);
  yield simple(HEIGHT, height);
  yield simple(WEIGHT, weight);
  yield simple(BODY_MASS_INDEX, rounded(weight / (height / 100) ** 2, BODY_MASS_INDEX.decimals));
  yield observation(occasion, 'vital-signs', BLOOD_PRESSURE, {
    component: [SYSTOLIC, DIASTOLIC].map((measured) => {
      const value = plausibleValue(occasion, measured);
      return {
        code: concept(SYSTEM.loinc, measured.code),
        valueQuantity: quantity(value, measured.unit),
        ...interpretation(measured, value),
      };
    }),
  });
  for (const measured of VITAL_SIGNS) yield simple(measured, plausibleValue(occasion, measured));
  const pain = Math.min(10, plausibleValue(occasion, PAIN));
  yield observation(occasion, 'survey', PAIN.code, { valueQuantity: quantity(pain, PAIN.unit) });
}

/** Whether the patient smokes; `answer` is 0 (never) to 2 (yes). */
export function smokingStatus(occasion: Occasion, answer: number): SampleResource {
  return observation(occasion, 'social-history', SMOKING, {
    valueCodeableConcept: concept(SYSTEM.snomed, SMOKING_ANSWERS[answer]!),
  });
}

/** The results of a laboratory panel, and last the report that holds them together. */
export function* laboratoryPanel(occasion: Occasion, name: string): Generator<SampleResource> {
  const panel = LAB_PANELS[name]!;
  const { patient, visit, encounter } = occasion;
  const results: SampleResource[] = [];
  for (const measured of panel.members) {
    const value = plausibleValue(occasion, measured);
    const result = observation(occasion, 'laboratory', measured.code, {
      valueQuantity: quantity(value, measured.unit),
      ...interpretation(measured, value),
      ...referenceRange(measured),
    });
    results.push(result);
    yield result;
  }
  yield {
    resourceType: 'DiagnosticReport',
    id: occasion.nextId('r'),
    status: 'final',
    category: [status('v2-0074', 'LAB')],
    code: concept(SYSTEM.loinc, panel.code),
    subject: reference(patient.resource, patient.name),
    encounter: reference(encounter),
    effectiveDateTime: dateTimeOf(visit.start + 5 * MINUTE),
    issued: new Date(visit.start + 90 * MINUTE).toISOString(),
    performer: [reference(visit.physician.resource, visit.physician.name)],
    result: results.map((result, index) => reference(result, panel.members[index]!.code.display)),
  };
}
