import type { Test } from './criterion.ts';
import { nextNumber, writtenNumber } from './number-range.ts';
import { pieces, unescaped } from './search-text.ts';
import { invalidValue, type ValueContext } from './search-value.ts';

/** Mean radius of the Earth. */
const EARTH_KM = 6371.0088;
const KM_PER_UNIT: Readonly<Record<string, number>> = {
  km: 1,
  kms: 1,
  m: 0.001,
  mi_us: 1.609347218694,
  mi_i: 1.609344,
  '[mi_us]': 1.609347218694,
  '[mi_i]': 1.609344,
};
/** What "near" is where nobody says it. */
const NEAR_KM = 50;
/** A circle is searched as so many bands of latitude, each with its own longitudes: within 2 % of its radius. */
const BANDS = 48;

/**
 * `near`: positions within a distance, as tests on latitude and longitude. The value is
 * `latitude|longitude[|distance[|unit]]`, in km where no unit is named.
 * See https://hl7.org/fhir/R4/location.html#positional
 *
 * @throws parameter-invalid
 */
export function nearTests(piece: string, { name }: ValueContext): (readonly Test[])[] {
  const [latitude, longitude, distance, unit, ...more] = pieces(piece, '|').map(unescaped);
  const north = writtenNumber(latitude ?? '')?.value;
  const east = writtenNumber(longitude ?? '')?.value;
  const length = distance ? writtenNumber(distance)?.value : NEAR_KM;
  const scale = unit ? KM_PER_UNIT[unit.toLowerCase()] : 1;
  if (
    [north, east, length, scale].includes(undefined) ||
    more.length > 0 ||
    Math.abs(north!) > 90 ||
    Math.abs(east!) > 180 ||
    length! < 0
  ) {
    throw invalidValue(
      name,
      piece,
      'a position: latitude|longitude|distance|unit, with the unit km, m or [mi_us]',
    );
  }
  return bands(north!, east!, Math.min((length! * scale!) / EARTH_KM, Math.PI));
}

/** @param angle the radius, in radians of arc */
function bands(north: number, east: number, angle: number): (readonly Test[])[] {
  const reach = degrees(angle);
  const found: (readonly Test[])[] = [];
  for (let band = 0; band < BANDS; band++) {
    // Thinner towards the ends, where a circle's width changes fastest.
    const [low, middle, high] = [0, 0.5, 1].map((part) => {
      const latitude = north - reach * Math.cos((Math.PI * (band + part)) / BANDS);
      return Math.min(90, Math.max(-90, latitude));
    }) as [number, number, number];
    if (low === high && Math.abs(low) === 90 && found.length > 0) continue;
    for (const [west, right] of longitudes(east, halfWidth(north, middle, angle)))
      found.push([within(low, high), within(west, right)]);
  }
  return found;
}

/** How far, in degrees of longitude, a circle around a latitude reaches at another latitude. */
function halfWidth(centre: number, latitude: number, angle: number): number {
  const [a, b] = [radians(centre), radians(latitude)];
  const cosine = (Math.cos(angle) - Math.sin(a) * Math.sin(b)) / (Math.cos(a) * Math.cos(b));
  if (!Number.isFinite(cosine) || cosine <= -1) return 180;
  return cosine >= 1 ? 0 : degrees(Math.acos(cosine));
}

/** A stretch of longitudes may pass the date line. */
function longitudes(east: number, half: number): readonly (readonly [number, number])[] {
  if (half >= 180) return [[-180, 180]];
  const [west, right] = [east - half, east + half];
  if (west < -180)
    return [
      [west + 360, 180],
      [-180, right],
    ];
  if (right > 180)
    return [
      [west, 180],
      [-180, right - 360],
    ];
  return [[west, right]];
}

function within(low: number, high: number): Test {
  return { kind: 'range', comparison: 'eq', from: low, until: nextNumber(high) };
}

function radians(angle: number): number {
  return (angle * Math.PI) / 180;
}

function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}
