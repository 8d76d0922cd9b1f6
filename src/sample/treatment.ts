import type { Code } from './element.ts';

export interface Medication {
  /** ATC. */
  readonly code: Code;
  readonly dose: string;
  readonly timesPerDay: number;
  /** Tablets, capsules or puffs each time. */
  readonly amount: number;
  readonly unit: string;
}

function medication(
  code: string,
  display: string,
  dose: string,
  timesPerDay: number,
  amount = 1,
  unit = '{tbl}',
): Medication {
  return { code: { code, display }, dose, timesPerDay, amount, unit };
}

export const MEDICATIONS: Readonly<Record<string, Medication>> = {
  amlodipine: medication('C08CA01', 'amlodipine', '5 mg tablet', 1),
  amoxicillin: medication('J01CA04', 'amoxicillin', '500 mg capsule', 3),
  apixaban: medication('B01AF02', 'apixaban', '5 mg tablet', 2),
  atorvastatin: medication('C10AA05', 'atorvastatin', '20 mg tablet', 1),
  ibuprofen: medication('M01AE01', 'ibuprofen', '400 mg tablet', 3),
  levothyroxine: medication('H03AA01', 'levothyroxine sodium', '50 µg tablet', 1),
  lisinopril: medication('C09AA03', 'lisinopril', '10 mg tablet', 1),
  metformin: medication('A10BA02', 'metformin', '500 mg tablet', 2),
  metoprolol: medication('C07AB02', 'metoprolol', '50 mg tablet', 1),
  nitrofurantoin: medication('J01XE01', 'nitrofurantoin', '100 mg capsule', 2),
  omeprazole: medication('A02BC01', 'omeprazole', '20 mg capsule', 1),
  paracetamol: medication('N02BE01', 'paracetamol', '500 mg tablet', 3),
  salbutamol: medication('R03AC02', 'salbutamol', '100 µg inhaler', 4, 2, '{puff}'),
  sertraline: medication('N06AB06', 'sertraline', '50 mg tablet', 1),
  tiotropium: medication('R03BB04', 'tiotropium bromide', '18 µg inhaler', 1, 1, '{puff}'),
};

/** SNOMED CT. */
export const PROCEDURES: Readonly<Record<string, Code>> = {
  'chest-x-ray': { code: '399208008', display: 'Plain chest X-ray' },
  'depression-screening': { code: '171207006', display: 'Depression screening' },
  electrocardiogram: { code: '29303009', display: 'Electrocardiographic procedure' },
  'eye-examination': { code: '36228007', display: 'Ophthalmic examination and evaluation' },
  immobilization: { code: '274474001', display: 'Bone immobilization' },
  'medication-review': { code: '430193006', display: 'Medication reconciliation' },
  spirometry: { code: '127783003', display: 'Spirometry' },
};

export interface Vaccine {
  /** CVX. */
  readonly code: Code;
  /** Ages in years at which it is given. */
  readonly ages: readonly number[];
}

export const VACCINES: readonly Vaccine[] = [
  { code: { code: '08', display: 'Hep B, adolescent or pediatric' }, ages: [0, 0.1, 0.5] },
  { code: { code: '20', display: 'DTaP' }, ages: [0.2, 0.35, 0.5, 1.3, 5] },
  { code: { code: '10', display: 'IPV' }, ages: [0.2, 0.35, 0.5, 5] },
  { code: { code: '133', display: 'Pneumococcal conjugate PCV 13' }, ages: [0.2, 0.35, 0.5, 1] },
  { code: { code: '03', display: 'MMR' }, ages: [1, 5] },
  { code: { code: '21', display: 'varicella' }, ages: [1, 5] },
  { code: { code: '62', display: 'HPV, quadrivalent' }, ages: [11, 11.5] },
  { code: { code: '113', display: 'Td (adult) preservative free' }, ages: [20, 30, 40, 50, 60, 70, 80] },
  { code: { code: '33', display: 'pneumococcal polysaccharide PPV23' }, ages: [66] },
];

/** Given every autumn. */
export const INFLUENZA: Code = { code: '140', display: 'Influenza, seasonal, injectable, preservative free' };

export interface Allergen {
  /** SNOMED CT. */
  readonly code: Code;
  readonly category: 'food' | 'medication' | 'environment';
}

export const ALLERGENS: readonly Allergen[] = [
  { code: { code: '764146007', display: 'Penicillin' }, category: 'medication' },
  { code: { code: '387406002', display: 'Sulfonamide' }, category: 'medication' },
  { code: { code: '256349002', display: 'Peanut' }, category: 'food' },
  { code: { code: '227037002', display: 'Fish' }, category: 'food' },
  { code: { code: '3718001', display: "Cow's milk" }, category: 'food' },
  { code: { code: '260147004', display: 'House dust mite' }, category: 'environment' },
  { code: { code: '256259004', display: 'Pollen' }, category: 'environment' },
  { code: { code: '111088007', display: 'Latex' }, category: 'environment' },
];

/** SNOMED CT. */
export const REACTIONS: readonly Code[] = [
  { code: '126485001', display: 'Urticaria' },
  { code: '271807003', display: 'Eruption of skin' },
  { code: '267036007', display: 'Dyspnea' },
  { code: '49727002', display: 'Cough' },
  { code: '39579001', display: 'Anaphylaxis' },
];
