import { expect, it } from 'vitest';
import { day, hour, second, text, world } from '../support/token-world.ts';

/** A renewal ahead that waits for 2 s is cut short, and Connect has revoked the live token all the same. */
it('a Connect that revokes the previous token at each mint, and takes 2.5 s, is a matter of seconds', async () => {
  const { state, vend, issued, mints } = world();
  state.answer = { lifetimeMs: day, takesMs: 2.5 * second };
  await vend();
  state.now += day - 2 * hour;
  const end = state.now + 2 * hour;
  let [vends, revoked, since, longestMs] = [0, 0, 0, 0];
  for (; state.now < end; state.now += 5 * second) {
    const vended = text(await vend());
    vends += 1;
    const isRevoked = vended !== [...issued.keys()].at(-1);
    if (isRevoked) {
      if (since === 0) since = state.now;
      revoked += 1;
      longestMs = Math.max(longestMs, state.now - since);
    } else since = 0;
  }
  console.error(
    `${revoked} of ${vends} vends in two hours of a revoked token, for ${longestMs} ms at the longest`,
  );
  expect(revoked).toBeLessThanOrEqual(2);
  expect(longestMs).toBeLessThanOrEqual(10 * second);
  expect(mints.length).toBeLessThanOrEqual(3);
});
