import type { AccessRequest } from '../../lambda/policy/decision.ts';
import { grantsTo } from '../../lambda/policy/grants-to.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import type { Identity } from '../../lambda/policy/principal.ts';
import { boxesOf } from './boxes.ts';
import { boxInWords, type Conditions, conditionsOfBox } from './conditions.ts';
import { type Limits, limitsOf, requestAt, sizesOf } from './requests.ts';

/** The parts of a request that a record may lack. */
export type Unknown = 'user_id' | 'redirect_uri' | 'retailer_id' | 'min_ttl';

/** What a policy says to a request of which some parts are unknown. */
export type PossibleVerdicts<V> = {
  /** One for each class of requests that the policy tells apart. */
  verdicts: V[];
  /** For which values the request is allowed, in words; empty phrases where they do not matter. */
  allowedFor: string[];
};

type Known = Omit<AccessRequest, 'scopes'>;

/** Asks for every value that an unknown part can have, by a stand-in for each class of values. */
export function considerUnknown<V extends { allow: boolean }>(
  {
    policy,
    caller,
    known,
    unknown,
  }: { policy: Policy; caller: Identity; known: Known; unknown: ReadonlySet<Unknown> },
  ask: (request: Known) => V,
): PossibleVerdicts<V> {
  const limits = restrict(limitsOf(grantsTo(policy, caller)), known, unknown);
  const verdicts: V[] = [];
  const boxes = boxesOf(sizesOf(limits), (cell) => {
    const verdict = ask({ ...known, ...requestAt(limits, cell) });
    verdicts.push(verdict);
    return verdict.allow;
  });
  const allowed = boxes.flatMap((box) => conditionsOfBox(limits, box));
  return { verdicts, allowedFor: allowed.map((box) => inWords(box, unknown)) };
}

function inWords(box: Conditions, unknown: ReadonlySet<Unknown>): string {
  const words = boxInWords(onlyUnknown(box, unknown)).replace(/^, /, '');
  const isWithout = unknown.has('retailer_id') && box.retailer_ids.every((id) => id === null);
  return [words, isWithout ? 'without X-Retailer-Id' : ''].filter((part) => part !== '').join(', ');
}

function onlyUnknown(box: Conditions, unknown: ReadonlySet<Unknown>): Conditions {
  return {
    ...box,
    ...(!unknown.has('user_id') && { users: null }),
    ...(!unknown.has('redirect_uri') && { redirect_uris: null }),
    ...(!unknown.has('retailer_id') && { retailer_ids: [null] }),
  };
}

/** A known part has one value; an unknown one all that matter, and one that no grant names. */
function restrict(limits: Limits, known: Known, unknown: ReadonlySet<Unknown>): Limits {
  const { userId, redirectUri, retailerId, minTtlMs = 0 } = known;
  const isFree = (part: Unknown) => unknown.has(part);
  return {
    users: isFree('user_id')
      ? withOther(limits.users, { userId: '\u{10ffff}', pattern: 'another user' })
      : [{ userId, pattern: '' }],
    redirectUris: isFree('redirect_uri') ? withOther(limits.redirectUris, 'another') : [redirectUri],
    retailerIds: isFree('retailer_id') ? withOther(limits.retailerIds, '*another*') : [retailerId],
    minTtlsMs: isFree('min_ttl') ? limits.minTtlsMs : [minTtlMs],
  };
}

function withOther<T>(values: readonly T[], other: T): T[] {
  return [...values, other];
}
