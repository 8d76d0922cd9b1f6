import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { ChangedDocument, VersionRow } from '../transfer.ts';
import type { OverlayFile } from './overlay-file.ts';

/** Adds documents of another installation to an overlay, with their former versions, in one transaction. */
export function addOverlayRows(overlay: OverlayFile, documents: readonly ChangedDocument[]): void {
  overlay.exec('BEGIN IMMEDIATE');
  try {
    for (const document of documents) addDocument(overlay, document);
    overlay.exec('COMMIT');
  } catch (error) {
    if (overlay.connection.inTransaction) overlay.exec('ROLLBACK');
    throw error;
  }
}

function addDocument(overlay: OverlayFile, document: ChangedDocument): void {
  overlay.run(
    `INSERT INTO document (type, id, version, last_updated, method, reviewed_at, json, rid, replaces, first_rid)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[...columns(document), document.rid, document.replaces, document.firstRid],
  );
  if (document.replaces !== null) {
    const sql = 'INSERT INTO shadow (type, master_rid) VALUES (?, ?)';
    overlay.run(sql, resourceTypeCode(document.type), document.replaces);
  }
  for (const version of document.former) {
    overlay.run(
      `INSERT INTO history (type, id, version, last_updated, method, reviewed_at, json)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...columns(version),
    );
  }
}

function columns({ type, id, version, lastUpdated, method, reviewTime, json }: VersionRow): unknown[] {
  return [resourceTypeCode(type), id, version, lastUpdated, method, reviewTime, json];
}
