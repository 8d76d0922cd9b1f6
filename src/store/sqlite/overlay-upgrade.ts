import { Extraction } from '../../fhir/search/extraction.ts';
import { guarded } from './connection.ts';
import type { MasterFile } from './master-file.ts';
import type { OverlayFile } from './overlay-file.ts';

/**
 * Gives overlays their search indexes where a version of warmfhir made them that had none, as soon as their master has
 * some. One per thread.
 */
export class OverlayUpgrade {
  #extraction: Extraction | undefined;

  /** @throws store-unavailable, store-full */
  apply(overlay: OverlayFile, master: MasterFile): void {
    if (overlay.isIndexed || !master.isIndexed) return;
    guarded(overlay.path, () => {
      overlay.exec('BEGIN IMMEDIATE');
      try {
        // Another thread or process may have done it meanwhile.
        if (!overlay.readFormat()) this.#index(overlay, master);
        overlay.exec('COMMIT');
      } catch (error) {
        if (overlay.connection.inTransaction) overlay.exec('ROLLBACK');
        overlay.rolledBack();
        throw error;
      }
      overlay.readFormat();
    });
  }

  #index(overlay: OverlayFile, master: MasterFile): void {
    this.#extraction ??= new Extraction();
    overlay.addIndexTables();
    const indexes = overlay.indexes(master);
    const rids = overlay.rows('SELECT rid FROM document WHERE json IS NOT NULL ORDER BY rid', []);
    for (const [rid] of rids) {
      const { json } = overlay.documentOfRid(rid as number);
      indexes.add(rid as number, this.#extraction.indexedValues(JSON.parse(json)));
    }
    indexes.flush();
  }
}
