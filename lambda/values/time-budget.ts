const mintMs = 10_000;
const scheduledMintMs = 20_000;
const scheduledTableMs = 3_000;

/** Every limit that another limit must fit into. `test/values/time-budget.test.ts` says which fits into which. */
export const timeBudget = {
  /** API Gateway stops waiting for the vend function. */
  gatewayTimeoutMs: 29_000,
  /** Lambda ends the vend function. */
  vendTimeoutMs: 27_000,
  /** The vend function answers, counted from the moment when API Gateway received the request. */
  answerDeadlineMs: 25_000,
  /** The vend function answers this long before Lambda would end it. */
  vendMarginMs: 1_000,

  /** Lambda ends the refresh function. */
  refreshTimeoutMs: 300_000,
  /** The refresh function stops this long before Lambda would end it. */
  refreshMarginMs: 2_000,
  /** The refresh function stops asking how old the clients' secrets are. */
  secretAgesMs: 60_000,

  /** The prober waits for an answer for longer than API Gateway takes to give one. */
  probeRequestMs: 30_000,
  /** Lambda ends the probe function. */
  probeTimeoutMs: 35_000,

  /** A mint that a caller waits for, with every retry. */
  mintMs,
  /** A mint ahead of need, while the caller could have the live token. */
  aheadMintMs: 2_000,
  /** A mint of the refresh function. */
  scheduledMintMs,

  /** All that one vend may spend on the token table before its mint, and after it. */
  tableBeforeMintMs: 700,
  tableAfterMintMs: 300,
  /** The same for one token of the refresh function. */
  scheduledTableBeforeMintMs: scheduledTableMs,
  scheduledTableAfterMintMs: scheduledTableMs,

  /** A revocation may wait for so long for the token table, and then for Connect. */
  revocationTableMs: 3_000,
  revocationMs: 10_000,

  /** The lease lasts until the mint has ended and its token is written. */
  leaseMs: mintMs + 2_000,
  scheduledLeaseMs: scheduledMintMs + scheduledTableMs + 1_000,

  /** The longest pause that a `Retry-After` of Connect's can ask of us. */
  longestRetryAfterMs: 60_000,
} as const;
