import type { Finding } from '../files/problems.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { Draft } from './structure.ts';

const dayMs = 86_400_000;
const noticeDays = 30;

/** Grants whose last day is over. Dates of this form sort as text. */
export function* expiredGrants(
  grants: ReadonlyArray<Draft<GrantEntry>>,
  today: string | undefined,
): Iterable<Finding> {
  if (today === undefined) return;
  for (const [index, { fields }] of grants.entries()) {
    const { expires } = fields;
    if (expires === undefined || expires >= today) continue;
    const text = `the grant has expired on ${expires}: remove it, or write a later date`;
    yield { path: ['grants', index, 'expires'], text };
  }
}

/** Grants that a synth will refuse soon. */
export function* expiringGrants(grants: readonly GrantEntry[], today: string | undefined): Iterable<Finding> {
  if (today === undefined) return;
  for (const [index, { id, expires }] of grants.entries()) {
    if (expires === undefined) continue;
    const days = Math.round((Date.parse(expires) - Date.parse(today)) / dayMs);
    if (days > noticeDays) continue;
    const last = days === 0 ? 'today' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
    const text = `the last day of grant ${id} is ${expires}, ${last}: remove the grant then, or write a later date`;
    yield { path: ['grants', index, 'expires'], text };
  }
}
