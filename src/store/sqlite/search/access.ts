import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { RangeTest, Test } from '../../../fhir/search/criterion.ts';
import type { ArmCriterion } from '../../search/arm-criterion.ts';
import { allOf, type Fragment, fragment } from '../../search/fragment.ts';
import { rowCondition } from '../../search/row-condition.ts';
import { compositeCondition } from './composite-condition.ts';
import type { UnitsOf } from './sort-walk.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** A range of an index that holds the rids of all documents that satisfy a condition. Its rows have the alias x. */
export interface Access {
  readonly from: string;
  readonly where: Fragment;
  /** The rows come by rid; those of one document stand together. */
  readonly ordered: boolean;
}

/** Systems in which a code was used with a parameter: they split a code into runs that are ordered by rid. */
type SystemsOf = (table: 'token' | 'identifier', parameter: number, code: string) => readonly number[];

/** What is in the indexes, as far as it splits them into runs. */
export interface Indexed {
  readonly systemsOf: SystemsOf;
  readonly unitsOf: UnitsOf;
}

/** Up to so many runs are walked side by side. */
const MOST_RUNS = 8;

/** How an index leads to the documents of a criterion; undefined where none does, and they have to be looked at. */
export function accessesOf(
  criterion: ArmCriterion,
  type: string,
  indexed: Indexed,
): readonly Access[] | undefined {
  switch (criterion.kind) {
    case 'index':
      return together(criterion.tests.map((test) => testAccesses(test, criterion.parameter, indexed)));
    case 'any':
      return together(criterion.of.map((part) => accessesOf(part, type, indexed)));
    case 'composite':
      return criterion.tests.map((tests) => {
        const parameter = fragment('x.parameter = ?', criterion.parameter);
        const where = allOf([parameter, compositeCondition(tests, 'x')]);
        const [first] = tests;
        const ordered = first?.kind === 'token' && first.code !== undefined && first.system !== undefined;
        return { from: 'composite x INDEXED BY composite_value', where, ordered };
      });
    case 'refers': {
      const where = fragment(
        'x.parameter = ? AND x.id IN (SELECT value FROM json_each(?)) AND x.type = ? AND x.base = 0',
        criterion.parameter,
        JSON.stringify(criterion.ids),
        resourceTypeCode(criterion.type),
      );
      return [
        { from: 'reference x INDEXED BY reference_target', where, ordered: criterion.ids.length === 1 },
      ];
    }
    case 'id': {
      const where = fragment(
        'x.type = ? AND x.id IN (SELECT value FROM json_each(?))',
        resourceTypeCode(type),
        JSON.stringify(criterion.ids),
      );
      return [{ from: 'document x INDEXED BY document_key', where, ordered: false }];
    }
    default:
      return undefined;
  }
}

function together(parts: readonly (readonly Access[] | undefined)[]): readonly Access[] | undefined {
  const accesses: Access[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    accesses.push(...part);
  }
  return accesses;
}

function testAccesses(
  test: Test,
  parameter: number,
  { systemsOf, unitsOf }: Indexed,
): readonly Access[] | undefined {
  const of = (index: string, ordered: boolean, bounds?: Fragment): readonly Access[] => {
    const table = index.slice(0, index.lastIndexOf('_'));
    const where = allOf([
      fragment('x.parameter = ?', parameter),
      ...(bounds === undefined ? [] : [bounds]),
      rowCondition(test, 'x', sqliteDialect),
    ]);
    return [{ from: `${table} x INDEXED BY ${index}`, where, ordered }];
  };
  switch (test.kind) {
    case 'token':
    case 'identifier': {
      if (test.code === undefined) return undefined;
      if (test.system !== undefined) return of(`${test.kind}_value`, true);
      const systems = systemsOf(test.kind, parameter, test.code);
      if (systems.length > MOST_RUNS) return of(`${test.kind}_value`, false);
      return systems.map((system) => ({
        from: `${test.kind} x INDEXED BY ${test.kind}_value`,
        where: fragment('x.parameter = ? AND x.code = ? AND x.system = ?', parameter, test.code!, system),
        ordered: true,
      }));
    }
    case 'token-text':
      return of('token_text_label', false);
    case 'string':
      return test.mode === 'prefix' ? of('string_value', false) : undefined;
    case 'range': {
      const bounds = rangeBounds(test);
      return bounds && of(`range_${bounds.column}`, false, bounds.where);
    }
    case 'quantity': {
      const bounds = rangeBounds(test.range);
      if (bounds === undefined) return undefined;
      const index = `quantity_${bounds.column}`;
      if (test.code !== undefined) return of(index, false, bounds.where);
      return unitsOf(parameter)?.flatMap(([code, system]) =>
        of(index, false, allOf([fragment('x.code = ? AND x.system = ?', code, system), bounds.where])),
      );
    }
    case 'reference':
      if (test.id === undefined) return undefined;
      return of('reference_target', test.type !== undefined);
    case 'uri':
      return of('uri_value', test.mode === 'exact');
  }
}

/** A condition that follows from a comparison and bounds an index. */
function rangeBounds(
  test: RangeTest,
): { readonly column: 'low' | 'high'; readonly where: Fragment } | undefined {
  const { from, until } = test;
  switch (test.comparison) {
    case 'eq':
      return { column: 'low', where: fragment('x.low >= ? AND x.low <= ?', from, until) };
    case 'gt':
      return { column: 'high', where: fragment('x.high > ?', until) };
    case 'ge':
    case 'overlaps':
      return { column: 'high', where: fragment('x.high > ?', from) };
    case 'lt':
      return { column: 'low', where: fragment('x.low < ?', from) };
    case 'le':
      return { column: 'low', where: fragment('x.low < ?', until) };
    case 'sa':
      return { column: 'low', where: fragment('x.low >= ?', until) };
    case 'eb':
      return { column: 'high', where: fragment('x.high <= ?', from) };
    case 'ne':
      return undefined;
  }
}
