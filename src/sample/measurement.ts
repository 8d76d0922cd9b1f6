import type { Code } from './element.ts';

/** Something that is measured: what it is, and how it is spread over healthy adults. */
export interface Measurement {
  /** LOINC. */
  readonly code: Code;
  /** UCUM. */
  readonly unit: string;
  readonly decimals: number;
  readonly mean: number;
  readonly deviation: number;
  /** Range that counts as normal. */
  readonly low?: number;
  readonly high?: number;
}

function measurement(
  code: string,
  display: string,
  unit: string,
  decimals: number,
  mean: number,
  deviation: number,
  normal?: readonly [low: number, high: number],
): Measurement {
  const measured = { code: { code, display }, unit, decimals, mean, deviation };
  return normal === undefined ? measured : { ...measured, low: normal[0], high: normal[1] };
}

export const HEIGHT = measurement('8302-2', 'Body height', 'cm', 0, 170, 9);
export const WEIGHT = measurement('29463-7', 'Body weight', 'kg', 1, 74, 11);
export const BODY_MASS_INDEX = measurement(
  '39156-5',
  'Body mass index (BMI) [Ratio]',
  'kg/m2',
  1,
  25,
  4,
  [18.5, 25],
);
export const SYSTOLIC = measurement('8480-6', 'Systolic blood pressure', 'mm[Hg]', 0, 119, 9, [90, 140]);
export const DIASTOLIC = measurement('8462-4', 'Diastolic blood pressure', 'mm[Hg]', 0, 76, 6, [60, 90]);
export const BLOOD_PRESSURE: Code = {
  code: '85354-9',
  display: 'Blood pressure panel with all children optional',
};

/** Taken at every visit, besides height, weight and blood pressure. */
export const VITAL_SIGNS: readonly Measurement[] = [
  measurement('8867-4', 'Heart rate', '/min', 0, 72, 8, [60, 100]),
  measurement('9279-1', 'Respiratory rate', '/min', 0, 15, 1.5, [12, 20]),
  measurement('8310-5', 'Body temperature', 'Cel', 1, 36.8, 0.3, [36.1, 37.8]),
  measurement(
    '59408-5',
    'Oxygen saturation in Arterial blood by Pulse oximetry',
    '%',
    0,
    97.5,
    0.8,
    [94, 100],
  ),
];

export const PAIN = measurement(
  '72514-3',
  'Pain severity - 0-10 verbal numeric rating [Score] - Reported',
  '{score}',
  0,
  1,
  1,
);

export interface Panel {
  /** LOINC. */
  readonly code: Code;
  readonly members: readonly Measurement[];
}

export const LAB_PANELS: Readonly<Record<string, Panel>> = {
  metabolic: {
    code: { code: '51990-0', display: 'Basic metabolic panel - Blood' },
    members: [
      measurement('2345-7', 'Glucose [Mass/volume] in Serum or Plasma', 'mg/dL', 0, 88, 7, [70, 99]),
      measurement('3094-0', 'Urea nitrogen [Mass/volume] in Serum or Plasma', 'mg/dL', 0, 13, 3, [7, 20]),
      measurement(
        '2160-0',
        'Creatinine [Mass/volume] in Serum or Plasma',
        'mg/dL',
        2,
        0.95,
        0.14,
        [0.6, 1.3],
      ),
      measurement('2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'mmol/L', 0, 140, 2, [136, 144]),
      measurement('2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'mmol/L', 1, 4.2, 0.3, [3.7, 5.2]),
      measurement('2075-0', 'Chloride [Moles/volume] in Serum or Plasma', 'mmol/L', 0, 103, 2, [96, 106]),
      measurement(
        '2028-9',
        'Carbon dioxide, total [Moles/volume] in Serum or Plasma',
        'mmol/L',
        0,
        25,
        1.5,
        [20, 29],
      ),
      measurement('17861-6', 'Calcium [Mass/volume] in Serum or Plasma', 'mg/dL', 1, 9.4, 0.3, [8.5, 10.2]),
    ],
  },
  'blood-count': {
    code: { code: '58410-2', display: 'CBC panel - Blood by Automated count' },
    members: [
      measurement(
        '6690-2',
        'Leukocytes [#/volume] in Blood by Automated count',
        '10*3/uL',
        1,
        7,
        1.3,
        [4.5, 11],
      ),
      measurement(
        '789-8',
        'Erythrocytes [#/volume] in Blood by Automated count',
        '10*6/uL',
        2,
        4.8,
        0.3,
        [4.1, 5.9],
      ),
      measurement('718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', 1, 14.3, 0.9, [12, 17.5]),
      measurement(
        '4544-3',
        'Hematocrit [Volume Fraction] of Blood by Automated count',
        '%',
        1,
        43,
        2.5,
        [36, 52],
      ),
      measurement(
        '777-3',
        'Platelets [#/volume] in Blood by Automated count',
        '10*3/uL',
        0,
        260,
        45,
        [150, 400],
      ),
    ],
  },
  lipids: {
    code: { code: '57698-3', display: 'Lipid panel with direct LDL - Serum or Plasma' },
    members: [
      measurement('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'mg/dL', 0, 178, 18, [0, 200]),
      measurement('2571-8', 'Triglyceride [Mass/volume] in Serum or Plasma', 'mg/dL', 0, 112, 22, [0, 150]),
      measurement(
        '2085-9',
        'Cholesterol in HDL [Mass/volume] in Serum or Plasma',
        'mg/dL',
        0,
        55,
        8,
        [40, 90],
      ),
      measurement(
        '13457-7',
        'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation',
        'mg/dL',
        0,
        101,
        14,
        [0, 130],
      ),
    ],
  },
  glycation: {
    code: { code: '55454-3', display: 'Hemoglobin A1c in Blood panel' },
    members: [measurement('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', 1, 5.2, 0.25, [4, 5.6])],
  },
  thyroid: {
    code: { code: '24348-5', display: 'Free T4 and TSH panel - Serum or Plasma' },
    members: [
      measurement(
        '3016-3',
        'Thyrotropin [Units/volume] in Serum or Plasma',
        'm[IU]/L',
        2,
        1.9,
        0.6,
        [0.4, 4],
      ),
      measurement(
        '3024-7',
        'Thyroxine (T4) free [Mass/volume] in Serum or Plasma',
        'ng/dL',
        2,
        1.2,
        0.12,
        [0.8, 1.8],
      ),
    ],
  },
};
