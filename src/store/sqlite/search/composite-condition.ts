import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { ReferenceTest, StringTest, Test } from '../../../fhir/search/criterion.ts';
import { UCUM_BASE } from '../../../fhir/search/indexed-values.ts';
import { allOf, type Fragment, fragment } from '../../search/fragment.ts';
import { prefixCondition, rangeCondition, rowCondition } from '../../search/row-condition.ts';
import { AFTER_SEPARATOR, KEY_SEPARATOR } from './search-tables.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

const SYSTEM_NUMBER = '(SELECT number FROM system WHERE uri = ?)';

/** All parts of one repetition: what a tuple of tests asks of a row of `composite`. */
export function compositeCondition(tests: readonly Test[], row: string): Fragment {
  return allOf(tests.map((test, index) => partCondition(test, row, index + 1)));
}

function partCondition(test: Test, row: string, part: number): Fragment {
  const key = `${row}.key${part}`;
  const low = `${row}.low${part}`;
  const high = `${row}.high${part}`;
  switch (test.kind) {
    case 'token':
    case 'identifier':
      return keyCondition(key, test);
    case 'range':
      return rangeCondition(test, low, high);
    case 'quantity': {
      const unit = keyCondition(key, test);
      const converted =
        test.system === undefined
          ? [fragment(`coalesce(${key} NOT LIKE '%' || char(1) || ${SYSTEM_NUMBER}, 1)`, UCUM_BASE)]
          : [];
      return allOf([unit, ...converted, rangeCondition(test.range, low, high)]);
    }
    case 'string':
      return stringCondition(test, key);
    case 'reference':
      return referenceCondition(test, key);
    case 'uri':
      // Composites hold addresses as they are.
      return fragment(`${key} = ?`, test.uri);
    case 'token-text':
      return rowCondition({ kind: 'string', mode: 'contains', text: test.folded }, row, sqliteDialect);
  }
}

/** The key is code, separator, number of the system. */
function keyCondition(key: string, test: { readonly system?: string; readonly code?: string }): Fragment {
  const { system, code } = test;
  if (code === undefined) {
    if (system === undefined) return allOf([]);
    if (system === '') return fragment(`${key} LIKE '%' || char(1) || '0'`);
    return fragment(`${key} LIKE '%' || char(1) || ${SYSTEM_NUMBER}`, system);
  }
  const start = code + KEY_SEPARATOR;
  if (system === undefined) return fragment(`${key} >= ? AND ${key} < ?`, start, code + AFTER_SEPARATOR);
  if (system === '') return fragment(`${key} = ?`, `${start}0`);
  return fragment(`${key} = ? || ${SYSTEM_NUMBER}`, start, system);
}

/** The key is the folded text, separator, the text as it was written. */
function stringCondition(test: StringTest, key: string): Fragment {
  switch (test.mode) {
    case 'prefix':
      return prefixCondition(key, test.text);
    case 'contains':
      return fragment(`instr(substr(${key}, 1, instr(${key}, char(1)) - 1), ?) > 0`, test.text);
    case 'exact':
      return fragment(`substr(${key}, instr(${key}, char(1)) + 1) = ?`, test.text);
  }
}

/** The key is id, type, base, version. */
function referenceCondition(test: ReferenceTest, key: string): Fragment {
  const type = test.type === undefined || test.type === '' ? undefined : resourceTypeCode(test.type);
  const start = `${test.id ?? ''}${KEY_SEPARATOR}${type ?? ''}`;
  return prefixCondition(key, type === undefined ? start : start + KEY_SEPARATOR);
}
