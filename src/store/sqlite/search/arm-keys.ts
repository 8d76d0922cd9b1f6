import { type Fragment, fragment } from '../../search/fragment.ts';
import type { SortValue } from '../../search/position.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';
import type { ArmProfile, DocumentKey } from './arm-profile.ts';
import { sortValue } from './sort-value.ts';

/** A sort key that differs between the documents of the arm. */
export interface VaryingKey extends TypeSortKey {
  /** SQL of its value, given SQL of a rid. */
  readonly value: (rid: string) => Fragment;
}

/** What the sort keys of a search are in an arm. */
export class ArmKeys {
  readonly #profile: ArmProfile;

  constructor(profile: ArmProfile) {
    this.#profile = profile;
  }

  /** The value that all documents of the arm have, where they do. */
  constant({ by }: TypeSortKey): SortValue | undefined {
    if (by.kind === 'none') return null;
    return by.kind === 'index' || by.kind === 'id' ? undefined : this.#profile.constant(by.kind);
  }

  varying(key: TypeSortKey): VaryingKey {
    const { by, descending } = key;
    switch (by.kind) {
      case 'index':
        return { ...key, value: (rid) => sortValue(by.shape, by.parameter, descending, rid) };
      case 'id':
        return { ...key, value: (rid) => fragment(`(SELECT y.id FROM document y WHERE y.rid = ${rid})`) };
      case 'none':
        return { ...key, value: () => fragment('NULL') };
      default: {
        const { kind } = by as { readonly kind: DocumentKey };
        return { ...key, value: (rid) => fragment(this.#profile.key(kind, rid)) };
      }
    }
  }
}
