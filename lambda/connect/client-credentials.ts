import type { AwsFault } from '../aws/aws-fault.ts';
import type { SecretAge } from '../tokens/secret-age.ts';
import { type ClientPair, isSamePair, readPair } from './client-pair.ts';
import type { ReadSecret } from './secrets-client.ts';

/** A rotation is seen within that, or at once where Connect refuses. */
const maxAgeMs = 5 * 60_000;
const prepareTimeoutMs = 10_000;

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** The version of a secret that something came from, when Secrets Manager made it, and when it was read. */
type VersionFacts = { versionId: string; stage: Stage; createdAt: number | undefined; readAt: number };

/** A client's id and secret at Connect. */
export type ClientCredentials = ClientPair & VersionFacts;

/** What one version of the secret holds: credentials, or a `fault` that says what is wrong with them. */
type Version = VersionFacts & { credentials: ClientCredentials | undefined; fault: string | undefined };

/** Secrets Manager has no answer now. The message is for the log. */
export class SecretsUnavailable extends Error {
  override name = 'SecretsUnavailable';
}

/** The secret is missing, malformed, or not ours to read: for an operator to fix. */
export class SecretUnusable extends Error {
  override name = 'SecretUnusable';
}

/** `currentFault`: the secret's current version cannot be read as a pair, so these are another version's. */
export type Candidate = { credentials: ClientCredentials; currentFault: string | undefined };

export type ClientCredentialsStore = {
  /** Reads the current pair ahead, for the mint that is about to ask for it. That mint meets the fault, if there is one. */
  prepare: (secretId: string) => void;
  /**
   * The pairs to try, in order: the current one (from memory while it is young), the current one read again if it has
   * changed since, the previous one. The next is asked for once Connect has refused the last. A current version that cannot
   * be read as a pair counts as refused. Throws SecretsUnavailable, or SecretUnusable where no version is usable.
   */
  candidates: (secretId: string, signal: AbortSignal) => AsyncGenerator<Candidate>;
  /** The age of the current version: from memory while that is young, else read, and then a mint need not read it. */
  age: (secretId: string, signal: AbortSignal) => Promise<SecretAge>;
  /** Keeps the pair that Connect took, so that the next mint begins with it. */
  remember: (secretId: string, credentials: ClientCredentials) => void;
};

export function createClientCredentialsStore(
  readSecret: ReadSecret,
  now: () => number,
): ClientCredentialsStore {
  const memory = new Map<string, ClientCredentials>();
  const underWay = new Map<string, { since: number; reading: Promise<Version> }>();

  function prepare(secretId: string): void {
    if (!isYoung(memory.get(secretId), now())) readAhead(secretId).catch(() => undefined);
  }

  /** One read serves everybody who asks while it lasts. */
  function readAhead(secretId: string): Promise<Version> {
    const running = readUnderWay(secretId);
    if (running !== undefined) return running;
    const reading = read(secretId, 'AWSCURRENT', AbortSignal.timeout(prepareTimeoutMs));
    const begun = { since: now(), reading };
    underWay.set(secretId, begun);
    reading
      .then(({ credentials }) => {
        if (credentials && !isYoung(memory.get(secretId), now())) memory.set(secretId, credentials);
      })
      .catch(() => undefined)
      .finally(() => underWay.get(secretId) === begun && underWay.delete(secretId));
    return reading;
  }

  /** Undefined where it was begun so long ago that the instance must have been frozen since: it is lost. */
  function readUnderWay(secretId: string): Promise<Version> | undefined {
    const { since = Number.NaN, reading } = underWay.get(secretId) ?? {};
    const lastsMs = now() - since;
    return lastsMs >= 0 && lastsMs < prepareTimeoutMs ? reading : undefined;
  }

  async function age(secretId: string, signal: AbortSignal): Promise<SecretAge> {
    const known = memory.get(secretId);
    const isKnown = known?.stage === 'AWSCURRENT' && isYoung(known, now());
    try {
      const version = isKnown
        ? { ...known, fault: undefined }
        : await within(() => readAhead(secretId), signal);
      const { versionId, createdAt, fault } = version;
      return { versionId, ageMs: ageMs(createdAt, now()), fault: fault && `AWSCURRENT: ${fault}` };
    } catch (error) {
      if (!isOfAws(error)) throw error;
      return { versionId: undefined, ageMs: undefined, fault: error.message };
    }
  }

  async function* candidates(secretId: string, signal: AbortSignal): AsyncGenerator<Candidate> {
    const tried: ClientCredentials[] = [];
    /** Versions may hold the same pair, and a one-time code must not go up twice with it. */
    function* unlessTried(
      version: Version | undefined,
      currentFault: string | undefined,
    ): Generator<Candidate> {
      const { credentials } = version ?? {};
      if (credentials === undefined || tried.some((other) => isSamePair(credentials, other))) return;
      tried.push(credentials);
      yield { credentials, currentFault };
    }
    const first = await currentVersion(secretId, signal);
    if (first.credentials !== undefined) memory.set(secretId, first.credentials);
    yield* unlessTried(first, undefined);
    memory.delete(secretId);
    const current = first.credentials === undefined ? first : await read(secretId, 'AWSCURRENT', signal);
    yield* unlessTried(current, undefined);
    yield* unlessTried(await readPrevious(secretId, signal), current.fault);
    if (tried.length === 0) throw new SecretUnusable(`AWSCURRENT: ${current.fault}`);
  }

  /** From memory, or as it is being read ahead, or read now. */
  async function currentVersion(secretId: string, signal: AbortSignal): Promise<Version> {
    const known = memory.get(secretId);
    if (isYoung(known, now())) return { ...known, credentials: known, fault: undefined };
    return within(() => readUnderWay(secretId) ?? read(secretId, 'AWSCURRENT', signal), signal);
  }

  /** Undefined where it is missing or out of reach. */
  async function readPrevious(secretId: string, signal: AbortSignal): Promise<Version | undefined> {
    try {
      return await read(secretId, 'AWSPREVIOUS', signal);
    } catch (error) {
      if (isOfAws(error)) return undefined;
      throw error;
    }
  }

  async function read(secretId: string, stage: Stage, signal: AbortSignal): Promise<Version> {
    const readAt = now();
    const { text, versionId, createdAt } = await readSecret(secretId, stage, signal).catch(sanitise);
    const { pair, fault } = readPair(text);
    const facts = { versionId, stage, createdAt, readAt };
    return { ...facts, credentials: pair && { ...pair, ...facts }, fault };
  }

  return { prepare, candidates, age, remember: (secretId, credentials) => memory.set(secretId, credentials) };
}

/** A clock that is behind makes a new version look as if it were made in the future. */
export function ageMs(createdAt: number | undefined, now: number): number | undefined {
  return createdAt === undefined ? undefined : Math.max(0, now - createdAt);
}

/** The signal does not bind a read that another request began. */
async function within<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(outOfTime());
  if (signal.aborted) throw outOfTime();
  signal.addEventListener('abort', giveUp, { once: true });
  return Promise.race([read(), end]).finally(() => signal.removeEventListener('abort', giveUp));
}

function outOfTime(): SecretsUnavailable {
  return new SecretsUnavailable('Secrets Manager: out of time');
}

function isOfAws(error: unknown): error is SecretsUnavailable | SecretUnusable {
  return error instanceof SecretsUnavailable || error instanceof SecretUnusable;
}

/** A clock that was set back makes a pair look as if it were read in the future: it is read again. */
function isYoung(known: ClientCredentials | undefined, now: number): known is ClientCredentials {
  return known !== undefined && now >= known.readAt && now - known.readAt < maxAgeMs;
}

const forOperators = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidParameterException',
  'InvalidRequestException',
  'ResourceNotFoundException',
  'ValidationException',
]);

/** The service's message goes to the log where an operator needs it. Others could quote the request and its signature. */
function sanitise({ name, message }: AwsFault): never {
  if (forOperators.has(name))
    throw new SecretUnusable(`Secrets Manager: ${name}${message && `: ${message}`}`);
  throw new SecretsUnavailable(`Secrets Manager: ${name}`);
}
