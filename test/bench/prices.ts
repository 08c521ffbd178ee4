/** List prices in us-east-1 in US dollars, November 2026, first tier, without a free tier. */
export const prices = {
  /** A strongly consistent read of up to 4 kB: one read request unit, on demand. */
  tableRead: 0.125 / 1e6,
  /** A write of up to 1 kB: one write request unit, on demand. An item of ours takes one. */
  tableWrite: 0.625 / 1e6,
  secretRead: 0.05 / 1e4,
  apiRequest: 3.5 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64, a GB second. */
  lambdaGigabyteSecond: 0.0000133334,
};
