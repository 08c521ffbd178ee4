/** List prices in us-east-1 in US dollars, November 2026, first tier, without a free tier. */
export const prices = {
  /** A strongly consistent read of up to 4 kB: one read request unit, on demand. */
  tableRead: 0.125 / 1e6,
  /** A write of up to 1 kB: one write request unit, on demand. An item of ours takes one. */
  tableWrite: 0.625 / 1e6,
  secretRead: 0.05 / 1e4,
  apiRequest: 3.5 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** A GB second, arm64. */
  lambdaDuration: 0.0000133334,
  /** A call of AWS KMS, whoever makes it on behalf of a customer managed key. */
  keyCall: 0.03 / 1e4,
  /** A GB, standard class. */
  logIngestion: 0.5,
};

/** Of one vend, rounded up: it is not measured on AWS. */
export const perVend = {
  milliseconds: 10,
  /** With 512 MB. */
  gigabyteSeconds: 0.01 * 0.5,
};

/** What is paid by the month, in US dollars: list prices in us-east-1, November 2026, beyond any free tier. */
export const monthly = {
  /** A customer managed key, before its first rotation. */
  key: 1,
  secret: 0.4,
  /** One metric of a standard alarm. */
  alarm: 0.1,
  /** An account's first three dashboards are free. */
  dashboard: 3,
  /** A custom metric, for one set of dimensions. */
  metric: 0.3,
};
