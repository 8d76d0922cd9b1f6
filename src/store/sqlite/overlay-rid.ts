/** Overlay rids count from here, so that newest first is rid descending over both arms. */
export const FIRST_OVERLAY_RID = 2 ** 40;
