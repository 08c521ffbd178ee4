import {
  GetSecretValueCommand,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { type ClientPair, isSamePair, readPair } from './client-pair.ts';

/** A rotation is seen within that, or at once where Connect refuses. */
const maxAgeMs = 5 * 60_000;
const prepareTimeoutMs = 10_000;

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** A client's id and secret at Connect, the version of the secret they came from, and when it was read. */
export type ClientCredentials = ClientPair & { versionId: string; stage: Stage; readAt: number };

/** What one version of the secret holds: credentials, or a `fault` that says what is wrong with them. */
type Version = { credentials: ClientCredentials | undefined; fault: string | undefined };

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
  /** Keeps the pair that Connect took, so that the next mint begins with it. */
  remember: (secretId: string, credentials: ClientCredentials) => void;
};

export function createClientCredentialsStore(
  client: SecretsManagerClient,
  now: () => number,
): ClientCredentialsStore {
  const memory = new Map<string, ClientCredentials>();
  const underWay = new Map<string, Promise<Version>>();

  function prepare(secretId: string): void {
    if (isYoung(memory.get(secretId), now()) || underWay.has(secretId)) return;
    const reading = read(secretId, 'AWSCURRENT', AbortSignal.timeout(prepareTimeoutMs));
    underWay.set(secretId, reading);
    reading
      .then(({ credentials }) => {
        if (credentials && !isYoung(memory.get(secretId), now())) memory.set(secretId, credentials);
      })
      .catch(() => undefined)
      .finally(() => underWay.delete(secretId));
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
    if (isYoung(known, now())) return { credentials: known, fault: undefined };
    return within(underWay.get(secretId) ?? read(secretId, 'AWSCURRENT', signal), signal);
  }

  /** Undefined where it is missing or out of reach. */
  async function readPrevious(secretId: string, signal: AbortSignal): Promise<Version | undefined> {
    try {
      return await read(secretId, 'AWSPREVIOUS', signal);
    } catch (error) {
      if (error instanceof SecretsUnavailable || error instanceof SecretUnusable) return undefined;
      throw error;
    }
  }

  async function read(secretId: string, stage: Stage, signal: AbortSignal): Promise<Version> {
    const readAt = now();
    const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage });
    const response = await client.send(command, { abortSignal: signal }).catch(sanitise);
    const { SecretString: text, SecretBinary: bytes, VersionId: versionId = '' } = response;
    const { pair, fault } = readPair(text ?? (bytes && Buffer.from(bytes).toString('utf8')));
    return { credentials: pair && { ...pair, versionId, stage, readAt }, fault };
  }

  return { prepare, candidates, remember: (secretId, credentials) => memory.set(secretId, credentials) };
}

/** The signal of this mint does not bind a read that `prepare` began. */
function within<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new SecretsUnavailable('Secrets Manager: out of time'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  return Promise.race([reading, end]).finally(() => signal.removeEventListener('abort', giveUp));
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

function sanitise(error: Error): never {
  const Unreadable = forOperators.has(error.name) ? SecretUnusable : SecretsUnavailable;
  // The service's message goes to the log. A parser's message quotes the service's answer, secret and all.
  const message = error instanceof SecretsManagerServiceException ? `: ${error.message}` : '';
  throw new Unreadable(`Secrets Manager: ${error.name}${message}`);
}
