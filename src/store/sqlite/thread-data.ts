/** What a thread of the engine is started with. */
export interface ThreadData {
  readonly folder: string;
  /** Most overlays that this thread keeps open. */
  readonly overlayHandles: number;
}
