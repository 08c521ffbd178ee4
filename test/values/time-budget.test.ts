import { expect, test } from 'vitest';
import { timeBudget as budget } from '../../lambda/values/time-budget.ts';

const vendTableMs = budget.tableBeforeMintMs + budget.tableAfterMintMs;
const scheduledTableMs = budget.scheduledTableBeforeMintMs + budget.scheduledTableAfterMintMs;

test.each([
  ['Lambda ends the vend function', budget.vendTimeoutMs, 'API Gateway gives up', budget.gatewayTimeoutMs],
  ['the answer is due', budget.answerDeadlineMs, 'Lambda ends the vend function', budget.vendTimeoutMs],
  [
    'a vend with its margin is over',
    budget.answerDeadlineMs + budget.vendMarginMs,
    'Lambda ends the vend function',
    budget.vendTimeoutMs,
  ],
  [
    'a mint and the table calls around it are over',
    budget.mintMs + vendTableMs,
    'the answer is due',
    budget.answerDeadlineMs,
  ],
  [
    'a revocation is over, in the table and at Connect',
    budget.revocationTableMs + budget.revocationMs,
    'the answer is due',
    budget.answerDeadlineMs,
  ],
  ['API Gateway gives up', budget.gatewayTimeoutMs, 'the prober stops waiting', budget.probeRequestMs],
  [
    'the prober stops waiting',
    budget.probeRequestMs,
    'Lambda ends the probe function',
    budget.probeTimeoutMs,
  ],
  ['a mint ahead of need is over', budget.aheadMintMs, 'a whole mint would be', budget.mintMs],
  [
    'a mint and its write are over',
    budget.mintMs + budget.tableAfterMintMs,
    'its lease ends',
    budget.leaseMs,
  ],
  [
    'a caller that waited for another holder can still mint: both',
    budget.leaseMs + budget.mintMs + vendTableMs,
    'the answer is due',
    budget.answerDeadlineMs,
  ],
  ['a scheduled mint is over', budget.scheduledMintMs, 'its lease ends', budget.scheduledLeaseMs],
  [
    'a scheduled mint and its write are over',
    budget.scheduledMintMs + budget.scheduledTableAfterMintMs,
    'its lease ends',
    budget.scheduledLeaseMs,
  ],
  [
    'one entry of keepWarm is done, its mint and table calls included',
    budget.scheduledMintMs + scheduledTableMs,
    'the refresh function stops',
    budget.refreshTimeoutMs - budget.refreshMarginMs,
  ],
  [
    'the refresh function stops asking for the age of secrets',
    budget.secretAgesMs,
    'it stops altogether',
    budget.refreshTimeoutMs - budget.refreshMarginMs,
  ],
])('%s (%i ms) before %s (%i ms)', (_earlier, earlierMs, _later, laterMs) => {
  expect(earlierMs).toBeLessThan(laterMs);
});
