import type { Code } from './element.ts';

/** A condition with what belongs to it. */
export interface Problem {
  /** SNOMED CT. */
  readonly code: Code;
  readonly icd10: string;
  /** Names in MEDICATIONS. */
  readonly medications: readonly string[];
  /** Names in LAB_PANELS. */
  readonly panels: readonly string[];
  /** Names in PROCEDURES. */
  readonly procedures: readonly string[];
}

export interface ChronicProblem extends Problem {
  /** Share of people of 75 years who have it; it grows with age from `fromAge`. */
  readonly prevalence: number;
  readonly fromAge: number;
  /** What it does to measurements, by LOINC code, in units of the measurement. */
  readonly shift: Readonly<Record<string, number>>;
}

export const CHRONIC: readonly ChronicProblem[] = [
  {
    code: { code: '38341003', display: 'Hypertensive disorder' },
    icd10: 'I10',
    prevalence: 0.65,
    fromAge: 30,
    medications: ['lisinopril', 'amlodipine'],
    panels: ['metabolic'],
    procedures: ['electrocardiogram'],
    shift: { '8480-6': 24, '8462-4': 12 },
  },
  {
    code: { code: '44054006', display: 'Diabetes mellitus type 2' },
    icd10: 'E11.9',
    prevalence: 0.28,
    fromAge: 35,
    medications: ['metformin'],
    panels: ['metabolic', 'glycation'],
    procedures: ['eye-examination'],
    shift: { '2345-7': 62, '4548-4': 2.1, '29463-7': 9 },
  },
  {
    code: { code: '55822004', display: 'Hyperlipidemia' },
    icd10: 'E78.5',
    prevalence: 0.5,
    fromAge: 30,
    medications: ['atorvastatin'],
    panels: ['lipids'],
    procedures: [],
    shift: { '2093-3': 55, '13457-7': 48, '2571-8': 70 },
  },
  {
    code: { code: '195967001', display: 'Asthma' },
    icd10: 'J45.9',
    prevalence: 0.09,
    fromAge: 4,
    medications: ['salbutamol'],
    panels: [],
    procedures: ['spirometry'],
    shift: { '9279-1': 2 },
  },
  {
    code: { code: '13645005', display: 'Chronic obstructive pulmonary disease' },
    icd10: 'J44.9',
    prevalence: 0.14,
    fromAge: 45,
    medications: ['tiotropium', 'salbutamol'],
    panels: ['blood-count'],
    procedures: ['spirometry', 'chest-x-ray'],
    shift: { '9279-1': 4, '59408-5': -4 },
  },
  {
    code: { code: '235595009', display: 'Gastroesophageal reflux disease' },
    icd10: 'K21.9',
    prevalence: 0.22,
    fromAge: 25,
    medications: ['omeprazole'],
    panels: [],
    procedures: [],
    shift: {},
  },
  {
    code: { code: '35489007', display: 'Depressive disorder' },
    icd10: 'F32.9',
    prevalence: 0.12,
    fromAge: 16,
    medications: ['sertraline'],
    panels: [],
    procedures: ['depression-screening'],
    shift: {},
  },
  {
    code: { code: '396275006', display: 'Osteoarthritis' },
    icd10: 'M19.9',
    prevalence: 0.45,
    fromAge: 45,
    medications: ['ibuprofen'],
    panels: [],
    procedures: [],
    shift: { '72514-3': 3 },
  },
  {
    code: { code: '40930008', display: 'Hypothyroidism' },
    icd10: 'E03.9',
    prevalence: 0.1,
    fromAge: 25,
    medications: ['levothyroxine'],
    panels: ['thyroid'],
    procedures: [],
    shift: { '3016-3': 3.5, '8867-4': -6 },
  },
  {
    code: { code: '49436004', display: 'Atrial fibrillation' },
    icd10: 'I48.9',
    prevalence: 0.12,
    fromAge: 55,
    medications: ['apixaban', 'metoprolol'],
    panels: ['blood-count', 'metabolic'],
    procedures: ['electrocardiogram'],
    shift: { '8867-4': 14 },
  },
  {
    code: { code: '709044004', display: 'Chronic kidney disease' },
    icd10: 'N18.9',
    prevalence: 0.18,
    fromAge: 50,
    medications: ['lisinopril'],
    panels: ['metabolic', 'blood-count'],
    procedures: [],
    shift: { '2160-0': 1.1, '3094-0': 14, '718-7': -1.6 },
  },
];

/** Problems that come and go; each has a reason to be seen about once. */
export const ACUTE: readonly Problem[] = [
  acute('195662009', 'Acute viral pharyngitis', 'J02.9', ['paracetamol']),
  acute('10509002', 'Acute bronchitis', 'J20.9', ['paracetamol'], [], ['chest-x-ray']),
  acute('444814009', 'Viral sinusitis', 'J01.9', ['paracetamol']),
  acute('38822007', 'Cystitis', 'N30.9', ['nitrofurantoin'], ['blood-count']),
  acute('44465007', 'Sprain of ankle', 'S93.4', ['ibuprofen'], [], ['immobilization']),
  acute('25064002', 'Headache', 'R51', ['paracetamol']),
  acute('25374005', 'Gastroenteritis', 'A09', [], ['metabolic', 'blood-count']),
  acute('65363002', 'Otitis media', 'H66.9', ['amoxicillin']),
  acute('279039007', 'Low back pain', 'M54.5', ['ibuprofen']),
  acute('233604007', 'Pneumonia', 'J18.9', ['amoxicillin'], ['blood-count', 'metabolic'], ['chest-x-ray']),
];

function acute(
  code: string,
  display: string,
  icd10: string,
  medications: readonly string[],
  panels: readonly string[] = [],
  procedures: readonly string[] = [],
): Problem {
  return { code: { code, display }, icd10, medications, panels, procedures };
}
