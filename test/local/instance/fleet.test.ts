import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startFleet } from './fleet.ts';

/** A fleet of two, and the numbers of its instances that run. */
async function startCounted({ failing = [] as number[] } = {}) {
  const running = new Set<number>();
  let started = 0;
  const fleet = await startFleet(2, async () => {
    started += 1;
    const number = started;
    await sleep(5);
    if (failing.includes(number)) throw new Error('no memory');
    running.add(number);
    const close = async () => {
      await sleep(5);
      running.delete(number);
    };
    return { invoke: async () => number, loaded: async () => [], setClock: async () => undefined, close };
  });
  return { fleet, running };
}

describe('a fleet', () => {
  it('ends the instances that it replaces, however many replacements are asked for at once', async () => {
    const { fleet, running } = await startCounted();
    await Promise.all([fleet.replace(), fleet.replace(), fleet.replace()]);
    expect([...running]).toEqual([7, 8]);
    expect(fleet.instances()).toHaveLength(2);
    await fleet.close();
    expect([...running]).toEqual([]);
  });

  it('ends what a replacement starts that runs while it closes, and begins no other', async () => {
    const { fleet, running } = await startCounted();
    const replacements = [fleet.replace(), fleet.replace()];
    await sleep(1);
    const [closed, first, second] = await Promise.allSettled([fleet.close(), ...replacements]);
    expect([closed?.status, first?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(second).toMatchObject({ reason: { message: 'The fleet is closed' } });
    expect([...running]).toEqual([]);
  });

  it('replaces its instances after a replacement that failed', async () => {
    const { fleet, running } = await startCounted({ failing: [3, 4] });
    await expect(fleet.replace()).rejects.toThrow('no memory');
    await fleet.replace();
    expect([...running]).toEqual([5, 6]);
  });
});
