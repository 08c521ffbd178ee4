/** A value that must come out nowhere: tests put it wherever a secret could be. */
export const canary = 'canary-8c1f4e7a';
