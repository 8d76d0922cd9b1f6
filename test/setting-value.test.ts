import { describe, expect, it } from 'vitest';
import {
  amount,
  byteSize,
  duration,
  headerField,
  httpUrl,
  originOf,
  resourceTypes,
  yesOrNo,
} from '../src/setting-value.ts';

describe('the values of settings', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['30m', 1_800_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('reads the duration %s', (text, milliseconds) => {
    expect(duration.parse(text)).toBe(milliseconds);
  });

  it.each(['', '30', '0s', '-1s', '30 minutes', 'ms', '1e3s', '30M'])('refuses the duration "%s"', (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });

  it.each([
    ['0', 0],
    ['512', 512],
    ['512KB', 524_288],
    ['512kB', 524_288],
    ['20mb', 20_971_520],
    ['20MB', 20_971_520],
    ['1.5 GB', 1_610_612_736],
  ])('reads the size %s', (text, bytes) => {
    expect(byteSize.parse(text)).toBe(bytes);
  });

  it.each(['', '20m', '20XB', '-1', 'MB', '0x10'])('refuses the size "%s"', (text) => {
    expect(byteSize.safeParse(text).success).toBe(false);
  });

  it('keeps numbers within their bounds', () => {
    expect(amount(0, 65_535).parse('8080')).toBe(8080);
    for (const text of ['65536', '-1', '1.5', '80a', '', '1e3']) {
      expect(amount(0, 65_535).safeParse(text).success, text).toBe(false);
    }
  });

  it('reads switches', () => {
    expect(['true', '1', 'yes', 'false', '0', 'no'].map((text) => yesOrNo.parse(text))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(yesOrNo.safeParse('on').success).toBe(false);
  });

  it('takes the slash off the end of an address, and everything but the origin where only that counts', () => {
    expect(httpUrl.parse('https://fhir.example.org/r4/')).toBe('https://fhir.example.org/r4');
    expect(originOf.parse('https://fhir.example.org:8443/r4?x=1')).toBe('https://fhir.example.org:8443');
    for (const text of ['fhir.example.org', 'ftp://fhir.example.org', '']) {
      expect(httpUrl.safeParse(text).success, text).toBe(false);
    }
  });

  it('splits a header field at its first colon', () => {
    expect(headerField.parse('Authorization: Bearer a:b')).toEqual(['Authorization', 'Bearer a:b']);
    for (const text of ['Authorization', ': x', 'A b: c', 'X: a\r\nY: b']) {
      expect(headerField.safeParse(text).success, text).toBe(false);
    }
  });

  it('knows the resource types of R4', () => {
    expect(resourceTypes.parse('Patient, Encounter')).toEqual(['Patient', 'Encounter']);
    expect(resourceTypes.safeParse('Patient,Encountre').success).toBe(false);
  });
});
