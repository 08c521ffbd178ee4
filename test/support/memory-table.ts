import { type TokenIdentity, tokenKey } from '../../lambda/tokens/token.ts';
import type {
  Forced,
  Lease,
  LeaseClaim,
  SharedHold,
  SharedToken,
  TokenTable,
} from '../../lambda/tokens/token-table.ts';

type Item = { shared?: SharedToken; identity?: TokenIdentity; lease?: Lease; forced?: Forced };

/** The token table in memory, for simulations: it passes the same contract test as DynamoDB's. */
export function createMemoryTable() {
  const items = new Map<string, Item>();
  const holds = new Map<string, SharedHold>();
  const calls = { reads: 0, writes: 0 };

  function itemOf(key: string): Item {
    const item = items.get(key) ?? {};
    items.set(key, item);
    return item;
  }

  function isFree({ lease, shared }: Item, { owner, now, over, seen, regardless }: LeaseClaim): boolean {
    if (regardless === true) return true;
    const free = lease === undefined || lease.until < now || [owner, over?.owner].includes(lease.owner);
    return free && (shared?.generation ?? 0) === seen;
  }

  const table: TokenTable = {
    read: async (key, identity) => {
      calls.reads += 1;
      const { shared, lease, forced, identity: of } = items.get(key) ?? {};
      const isOurs = of !== undefined && tokenKey(of) === tokenKey(identity);
      return { shared: isOurs ? shared : undefined, lease, forced };
    },
    lease: async (key, claim) => {
      calls.writes += 1;
      const item = itemOf(key);
      if (!isFree(item, claim)) return false;
      item.lease = { owner: claim.owner, until: claim.until };
      if (claim.forced !== undefined) item.forced = claim.forced;
      if (claim.regardless === true) delete item.shared;
      return true;
    },
    write: async (key, owner, shared, identity) => {
      calls.writes += 1;
      const item = itemOf(key);
      if (item.lease?.owner !== owner) return false;
      Object.assign(item, { shared, identity });
      delete item.lease;
      return true;
    },
    release: async (key, owner) => {
      calls.writes += 1;
      const item = itemOf(key);
      if (item.lease?.owner === owner) delete item.lease;
    },
    readHold: async (key) => {
      calls.reads += 1;
      return holds.get(key);
    },
    writeHold: async (key, hold, seen) => {
      calls.writes += 1;
      if ((holds.get(key)?.version ?? 0) !== seen) return false;
      holds.set(key, hold);
      return true;
    },
  };
  return { table, calls };
}
