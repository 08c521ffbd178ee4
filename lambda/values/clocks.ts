/** Clocks are corrected by a few milliseconds all the time: less than this is no jump. */
export const clockStepMs = 1_000;

/** The clocks of two instances differ by less than this. */
export const clockSkewMs = 60_000;
