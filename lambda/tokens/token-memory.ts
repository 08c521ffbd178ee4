import QuickLRU from 'quick-lru';
import type { Client } from '../policy/policy.ts';
import { isOfClient, partitionKey } from './cache-key.ts';
import type { Known } from './plan.ts';
import { mergeRevoked } from './revoked.ts';
import type { Remembered } from './token-table.ts';

/** What an instance knows of tokens, by their cache key. */
export type TokenMemory = QuickLRU<string, Known>;

/** `maxTokens`, at times twice as many; the least recently used are evicted. */
export function createTokenMemory(maxTokens = 1_000): TokenMemory {
  return new QuickLRU({ maxSize: maxTokens });
}

/** Forgets a revoked token of a client. Returns the keys of its rows in the table, and when it would have ended. */
export function forgetToken(memory: TokenMemory, client: Client, sha256: string, now: number): Remembered {
  const rows: string[] = [];
  let until = 0;
  for (const [key, known] of memory) {
    if (known.token?.sha256 !== sha256 || !isOfClient(key, client)) continue;
    rows.push(partitionKey(key));
    until = Math.max(until, known.token.expiresAt);
    known.revoked = mergeRevoked(known.revoked, { texts: [sha256], until }, now);
    known.token = undefined;
    known.lookedAt = undefined;
  }
  return { texts: rows, until };
}
