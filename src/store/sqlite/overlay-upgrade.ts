import { Extraction } from '../../fhir/search/extraction.ts';
import { guarded } from './connection.ts';
import type { MasterFile } from './master-file.ts';
import type { OverlayFile } from './overlay-file.ts';

/**
 * Gives an overlay its search indexes where a version of warmfhir made it that had none.
 *
 * @throws store-unavailable, store-full
 */
export function upgradeOverlay(overlay: OverlayFile, master: MasterFile): void {
  guarded(overlay.path, () => {
    overlay.exec('BEGIN IMMEDIATE');
    try {
      // Another thread or process may have done it meanwhile.
      if (!overlay.readFormat()) addIndexes(overlay, master);
      overlay.exec('COMMIT');
    } catch (error) {
      if (overlay.connection.inTransaction) overlay.exec('ROLLBACK');
      overlay.rolledBack();
      throw error;
    }
    overlay.readFormat();
  });
}

function addIndexes(overlay: OverlayFile, master: MasterFile): void {
  const extraction = new Extraction();
  overlay.addIndexTables();
  const indexes = overlay.indexes(master);
  const rids = overlay.rows('SELECT rid FROM document WHERE json IS NOT NULL ORDER BY rid', []);
  for (const [rid] of rids) {
    const { json } = overlay.documentOfRid(rid as number);
    indexes.add(rid as number, extraction.indexedValues(JSON.parse(json)));
  }
  indexes.flush();
}
