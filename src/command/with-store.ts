import { openExistingStore, type StoreSettings } from '../open-store.ts';
import type { Store } from '../store/store.ts';

/** Opens a store that is there for one task and closes it however the task ends. */
export async function withStore<Result>(
  settings: StoreSettings,
  task: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openExistingStore(settings);
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}
