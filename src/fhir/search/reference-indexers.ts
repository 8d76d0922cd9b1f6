import { isResourceType } from '../resource-type.ts';
import { items, members, text, type ValueIndexer } from './gathered-rows.ts';
import { canonicalForm, type ReferenceForm, referenceForm } from './reference-form.ts';

/** The indexers of reference parameters by the type of their values. */
export function referenceIndexer(type: string): ValueIndexer | undefined {
  switch (type) {
    case 'Reference':
      return indexReference;
    case 'canonical':
    case 'uri':
      return (value, parameter, rows) => {
        const address = text(value);
        if (address !== undefined) add(canonicalForm(address), parameter, rows);
      };
    case 'Resource':
      return (value, parameter, rows) => {
        const { resourceType, id } = members(value);
        const itsType = text(resourceType) ?? '';
        if (isResourceType(itsType)) add({ ...NOWHERE, type: itsType, id: text(id) ?? '' }, parameter, rows);
      };
    default:
      return undefined;
  }
}

const NOWHERE: ReferenceForm = { type: '', id: '', base: '', version: '' };

const indexReference: ValueIndexer = (value, parameter, rows) => {
  const { reference, identifier, display } = members(value);
  const address = text(reference);
  if (address !== undefined && !address.startsWith('#')) add(referenceForm(address), parameter, rows);
  else if (address !== undefined || identifier !== undefined || text(display) !== undefined)
    add(NOWHERE, parameter, rows);
  for (const item of items(identifier)) {
    const { system, value: itsValue } = members(item);
    const known = text(itsValue) ?? '';
    const itsSystem = text(system) ?? '';
    if (known !== '' || itsSystem !== '') rows.identifier.add([parameter, itsSystem, known]);
  }
};

function add(
  { type, id, base, version }: ReferenceForm,
  parameter: number,
  rows: Parameters<ValueIndexer>[2],
): void {
  rows.reference.add([parameter, type, id, base, version]);
}
