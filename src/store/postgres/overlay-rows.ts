import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { IndexedValues } from '../../fhir/search/indexed-values.ts';
import type { TenantChange, VersionRow } from '../transfer.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { copyIn } from './copy-in.ts';
import { SCHEMA } from './master-tables.ts';
import type { Queryable } from './owner.ts';
import { INDEX_COLUMN_NAMES, INDEX_COLUMNS } from './search/value-columns.ts';
import { addColumns } from './search/value-copy.ts';
import type { AddressNumbers } from './search/value-key.ts';
import { indexRows } from './search/value-rows.ts';

/** A document of another installation, and what it is found by: nothing after a delete. */
export interface IndexedChange extends TenantChange {
  readonly indexed: IndexedValues | undefined;
}

/** Adds documents of another installation to tenants', with their former versions, in the transaction of `client`. */
export async function addOverlayRows(
  client: Queryable,
  changes: readonly IndexedChange[],
  addresses: AddressNumbers,
): Promise<void> {
  const current = new CopyBuffer();
  const history = new CopyBuffer();
  const shadow = new CopyBuffer();
  const values = new CopyBuffer();
  for (const { tenant, document, indexed } of changes) {
    const { serial } = tenant;
    const { former, rid, replaces, firstRid } = document;
    startRow(current, 12, serial, document, former.at(-1)).int8(rid).int8(replaces).int8(firstRid);
    for (const [index, version] of former.entries()) {
      const next = former[index + 1] ?? document;
      startRow(history, 11, serial, version, former[index - 1])
        .bool(replaces !== null && index === 0)
        .int8(next.lastUpdated);
    }
    for (const row of indexed === undefined ? [] : indexRows(rid, indexed, addresses)) {
      addColumns(values.row(INDEX_COLUMNS.length + 1).int8(serial), row);
    }
    if (replaces !== null) shadow.row(3).int8(serial).int2(resourceTypeCode(document.type)).int8(replaces);
  }
  const version = 'tenant_id, type, id, version, last_updated, method, is_new, reviewed_at, json';
  await copyIn(client, `${SCHEMA}.tenant_document (${version}, rid, replaces, first_rid)`, current);
  await copyIn(client, `${SCHEMA}.tenant_history (${version}, copied, replaced_at)`, history);
  await copyIn(client, `${SCHEMA}.tenant_index_value (tenant_id, ${INDEX_COLUMN_NAMES})`, values);
  await copyIn(client, `${SCHEMA}.tenant_shadow (tenant_id, type, master_rid)`, shadow);
}

/** The columns that every version has. */
function startRow(
  buffer: CopyBuffer,
  columns: number,
  serial: number,
  { type, id, version, lastUpdated, method, reviewTime, json }: VersionRow,
  before: VersionRow | undefined,
): CopyBuffer {
  const isNew = json !== null && (before === undefined || before.json === null);
  buffer.row(columns).int8(serial).int2(resourceTypeCode(type)).text(id).int8(version).int8(lastUpdated);
  return buffer.text(method).bool(isNew).int8(reviewTime).text(json);
}
