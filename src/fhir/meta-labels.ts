import { REVIEW_SYSTEM } from './review-state.ts';

/** A security label or tag. */
export interface Label {
  readonly system?: string;
  readonly code?: string;
}

/** What `$meta`, `$meta-add` and `$meta-delete` are about. https://hl7.org/fhir/R4/resource.html#Meta */
export interface MetaLabels {
  readonly profile?: readonly string[];
  readonly security?: readonly Label[];
  readonly tag?: readonly Label[];
}

/** Adds labels to a meta; those that are there already stay as they are. */
export function addLabels<Meta extends MetaLabels>(meta: Meta, added: MetaLabels): Meta {
  return changed(meta, (name) => {
    const labels = new Map(listOf(meta, name).map((label) => [keyOf(label), label]));
    for (const label of listOf(withoutReview(added), name)) {
      if (!labels.has(keyOf(label))) labels.set(keyOf(label), label);
    }
    return [...labels.values()];
  });
}

/** Takes labels from a meta. Review state is left to reviews. */
export function removeLabels<Meta extends MetaLabels>(meta: Meta, removed: MetaLabels): Meta {
  return changed(meta, (name) => {
    const keys = new Set(listOf(withoutReview(removed), name).map(keyOf));
    return listOf(meta, name).filter((label) => !keys.has(keyOf(label)));
  });
}

const NAMES = ['profile', 'security', 'tag'] as const;
type Name = (typeof NAMES)[number];

function listOf(meta: MetaLabels, name: Name): readonly (string | Label)[] {
  return meta[name] ?? [];
}

function keyOf(label: string | Label): string {
  return typeof label === 'string' ? label : `${label.system ?? ''}|${label.code ?? ''}`;
}

function withoutReview(meta: MetaLabels): MetaLabels {
  return meta.tag === undefined
    ? meta
    : { ...meta, tag: meta.tag.filter(({ system }) => system !== REVIEW_SYSTEM) };
}

/** FHIR knows no empty lists. */
function changed<Meta extends MetaLabels>(meta: Meta, listFor: (name: Name) => readonly unknown[]): Meta {
  const copy = { ...meta } as Record<string, unknown>;
  for (const name of NAMES) {
    const list = listFor(name);
    if (list.length === 0) delete copy[name];
    else copy[name] = list;
  }
  return copy as unknown as Meta;
}
