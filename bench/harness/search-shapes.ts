import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Dataset } from './dataset.ts';
import { seededRandom } from './statistics.ts';

/** One kind of search, with many addresses of it. */
export interface SearchShape {
  readonly what: string;
  readonly paths: readonly string[];
}

/** Addresses of each shape. */
const PATHS = 400;

/** Codes that Synthea uses often, and seldom. */
const LOINC = ['8302-2', '29463-7', '39156-5', '8462-4', '72514-3', '2093-3', '4548-4', '2339-0', '6298-4'];

/** Codes with values that about the upper half of their observations is above. */
const HIGH_VALUES = [
  ['8302-2', 160],
  ['29463-7', 75],
  ['39156-5', 27],
  ['8462-4', 80],
  ['2093-3', 180],
  ['2339-0', 85],
] as const;
const CONDITIONS = ['74400008', '444814009', '195662009', '10509002', '59621000', '15777000', '162864005'];

interface Person {
  readonly id: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
}

/** Searches over the data that the dataset holds: six types of parameters, chains, `_has`, includes and sorts. */
export function searchShapes(dataset: Dataset): readonly SearchShape[] {
  const people = patients(dataset);
  const encounters = dataset.keys.filter((key) => key.startsWith('Encounter/'));
  const random = seededRandom(4);
  const one = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  const person = () => one(people);
  const day = (from: number, years: number) =>
    `${from + random(years)}-${String(1 + random(12)).padStart(2, '0')}-${String(1 + random(28)).padStart(2, '0')}`;
  const loinc = () => `http://loinc.org|${one(LOINC)}`;
  const shape = (what: string, path: () => string): SearchShape => ({
    what,
    paths: Array.from({ length: PATHS }, () => `/fhir/${encodeURI(path()).replaceAll('|', '%7C')}`),
  });
  return [
    shape('token: code', () => `Observation?code=${loinc()}`),
    shape('token: condition', () => `Condition?code=${one(CONDITIONS)}`),
    shape('string: name', () => `Patient?name=${person().family.slice(0, 3)}`),
    shape('reference: patient', () => `Encounter?patient=Patient/${person().id}`),
    shape('date: range', () => `Encounter?date=ge${day(2005, 12)}`),
    shape('number and quantity', () => {
      const [code, value] = one(HIGH_VALUES);
      return `Observation?code=http://loinc.org|${code}&value-quantity=gt${value + random(10)}`;
    }),
    shape(
      'uri: profile',
      () => `Patient?_profile=http://standardhealthrecord.org/fhir/StructureDefinition/shr-entity-Patient`,
    ),
    shape('patient and code', () => `Observation?patient=${person().id}&code=${loinc()}`),
    shape(
      'patient and code, by date',
      () => `Observation?patient=${person().id}&code=${loinc()}&_sort=-date`,
    ),
    shape('composite', () => {
      const [code, value] = one(HIGH_VALUES);
      return `Observation?code-value-quantity=http://loinc.org|${code}$gt${value + random(10)}`;
    }),
    shape('chain: name', () => `Observation?patient.name=${person().family}`),
    shape(
      'chain: gender and code',
      () => `Observation?code=${loinc()}&subject:Patient.gender=${one(['male', 'female'])}`,
    ),
    shape('_has: condition', () => `Patient?_has:Condition:patient:code=${one(CONDITIONS)}`),
    shape('_include', () => `Encounter?patient=${person().id}&_include=Encounter:patient`),
    shape(
      '_revinclude',
      () => `Encounter?_id=${one(encounters).slice('Encounter/'.length)}&_revinclude=Condition:encounter`,
    ),
    shape(
      'sort: birthdate',
      () => `Patient?gender=${one(['male', 'female'])}&_sort=${one(['', '-'])}birthdate`,
    ),
    shape('sort: code by date', () => `Observation?code=${loinc()}&_sort=-date`),
    shape('sort: family, given', () => `Patient?birthdate=ge${day(1940, 60)}&_sort=family,given`),
  ].map((each) => ({ what: each.what, paths: each.paths.map((path) => `${path}&_count=20`) }));
}

function patients({ files }: Dataset): readonly Person[] {
  const file = files.find((name) => /\bPatient\.ndjson/.test(name))!;
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { id, name, birthDate } = JSON.parse(line);
      return { id, birthDate, family: name[0].family, given: name[0].given[0] };
    });
}
