import { isResourceId } from '../resource-id.ts';
import type { ReferenceTest } from './criterion.ts';
import { canonicalForm, referenceForm } from './reference-form.ts';
import { unescaped } from './search-text.ts';
import { invalidValue, type ValueContext } from './search-value.ts';

/** From so many types on a reference is looked for by its id alone. */
const MANY_TARGETS = 8;

/**
 * What a reference asks of index rows: any of the tests. It is an id, `Type/id` or an absolute address, each of the last
 * two with or without `/_history/version`, or a canonical address with or without `|version`.
 *
 * @param targets the types that the reference may lead to
 * @throws parameter-invalid
 */
export function referenceTests(
  piece: string,
  targets: readonly string[],
  context: ValueContext,
): ReferenceTest[] {
  const { kinds, bases, name } = context;
  const address = unescaped(piece);
  if (address === '') throw invalidValue(name, piece, 'a reference');
  const tests: ReferenceTest[] = [];
  if (kinds.types.has('Reference') || kinds.types.has('Resource')) {
    if (isResourceId(address)) {
      const types = targets.length > MANY_TARGETS ? [undefined] : targets;
      for (const type of types) tests.push(...local({ ...(type && { type }), id: address }, bases));
    } else {
      const { type, id, base, version } = referenceForm(address);
      const known = { ...(type && { type }), ...(id && { id }), ...(version && { version }) };
      if (type !== '' && (base === '' || bases.includes(base))) tests.push(...local(known, bases));
      else tests.push({ kind: 'reference', ...known, base });
    }
  }
  if (kinds.types.has('canonical') || kinds.types.has('uri')) {
    const { base, version } = canonicalForm(address);
    tests.push({ kind: 'reference', type: '', base, ...(version && { version }) });
  }
  return tests;
}

/** `:Type`: an id, or a reference to that type. Throws `parameter-invalid`. */
export function typedReferenceTests(piece: string, type: string, context: ValueContext): ReferenceTest[] {
  const address = unescaped(piece);
  const form = referenceForm(address);
  const id = form.type === type && form.base === '' ? form.id : address;
  if (!isResourceId(id)) throw invalidValue(context.name, piece, `the id of a ${type}`);
  return local({ type, id, ...(form.version && { version: form.version }) }, context.bases);
}

/** A relative reference, or one that names this server. */
function local(known: Omit<ReferenceTest, 'kind' | 'base'>, bases: readonly string[]): ReferenceTest[] {
  return ['', ...bases].map((base) => ({ kind: 'reference', ...known, base }));
}
