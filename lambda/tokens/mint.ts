import type { MintRequest } from './mint-request.ts';
import type { Token } from './token.ts';

/**
 * How a mint ended: with a token, or
 * - `invalid_grant`: Connect refused the code or assertion
 * - `query_params_forbidden`: Connect takes our credentials for leaked
 * - `not_entitled`: the application may not have this scope or grant type
 * - `not_a_token`: something that no token endpoint should say, a redirect for one
 * - `unavailable`: Connect is throttled, down, too slow or out of reach; nothing came of it as far as we know
 * - `outcome_unknown`: as `unavailable`, but a one-time code may have been used up
 * - `credentials_refused`: Connect refused every pair that the secret has
 * - `misconfigured`: the secret is missing, malformed, or not ours to read
 * - `secrets_unavailable`: Secrets Manager has no answer now
 */
export type MintOutcome =
  | { kind: 'token'; token: Token }
  /** `isAnswered`: false where a request was sent and nothing came back, so that Connect may have issued a token. */
  | { kind: 'unavailable'; retryAfterMs: number | undefined; isAnswered: boolean }
  | {
      kind:
        | 'invalid_grant'
        | 'query_params_forbidden'
        | 'not_entitled'
        | 'not_a_token'
        | 'outcome_unknown'
        | 'credentials_refused'
        | 'misconfigured'
        | 'secrets_unavailable';
    };

/** What came back from Connect last, in words that cannot hold a secret. */
export type UpstreamEvidence = {
  /** HTTP status. */
  status?: number | undefined;
  /** OAuth error code, if it is one that a standard or Connect defines. */
  oauthError?: string | undefined;
  /** The system's error code where no response came; NO_ANSWER where the time was up. */
  systemError?: string | undefined;
  /** The first check that a 200 did not pass. */
  failedCheck?:
    | 'size'
    | 'empty'
    | 'json'
    | 'access_token'
    | 'token_type'
    | 'expires_in'
    | 'scope'
    | undefined;
};

/** What was asked of Connect with a client's credentials, and how it ended, told for the log and the metrics. */
export type UpstreamResult<Outcome> = {
  outcome: Outcome;
  /** Version of the secret that was sent last; undefined where none was. */
  secretVersionId: string | undefined;
  /** Age of the secret's current version; undefined where that was not sent. */
  secretAgeMs: number | undefined;
  /** Pairs that Connect refused, whether or not a later one was taken. */
  refusedCredentials: number;
  /** Connect refused the secret's current pair, or it could not be read: for the alarm. A pair that was replaced meanwhile is not meant. */
  isCurrentBad: boolean;
  /** Requests that were sent to Connect, and what came back last; undefined where none was sent. */
  attempts: number;
  evidence: UpstreamEvidence | undefined;
  /** Milliseconds spent on Connect, retries and their pauses included. */
  upstreamMs: number;
  /** For the log: what AWS or the secret's parser had to say. */
  fault: Error | undefined;
};

export type MintResult = UpstreamResult<MintOutcome>;

/** Every way to end without a token. */
export type Failure = Exclude<MintOutcome, { kind: 'token' }>;

/** A token that is nearly dead on arrival, or was revoked, is a failure: its successor must not be asked for at every request. */
export const deadOnArrival: Failure = { kind: 'unavailable', retryAfterMs: undefined, isAnswered: true };

/**
 * Who waits for a mint, and so how long it may take:
 * - `onDemand`: a caller whom no token serves
 * - `ahead`: a caller with a live token, who pays for its renewal with little of its own time
 * - `scheduled`: nobody
 */
export type MintMode = 'onDemand' | 'ahead' | 'scheduled';

/** Gets a new token within the time of its mode. Never throws for what AWS or Connect do. */
export type Mint = (request: MintRequest, mode: MintMode, signal: AbortSignal) => Promise<MintResult>;
