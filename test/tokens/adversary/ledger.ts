import type { Exchange } from './exchange.ts';
import type { Instance } from './instance.ts';

export type Ledger = ReturnType<typeof createLedger>;

/** What is counted: of the whole run, and of each request that is under way. */
export function createLedger() {
  const open = new Map<number, Exchange>();
  const counts = { requests: 0, vends: 0, refusals: 0, tableCalls: 0, secretReads: 0 };

  function count(instance: Instance, what: 'tableCalls' | 'secretReads'): void {
    counts[what] += 1;
    const exchange = openOf(instance);
    if (exchange !== undefined) exchange[what] += 1;
  }

  function openOf({ invocation }: Instance): Exchange | undefined {
    return invocation === undefined ? undefined : open.get(invocation);
  }

  return { open, counts, count, openOf };
}
