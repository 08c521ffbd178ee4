import {
  GetSecretValueCommand,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { parseJsonObject } from '../values/json.ts';
import { Secret } from '../values/secret.ts';

/** In memory for five minutes at most: a rotation is seen within that, or at once where Connect refuses. */
const maxAge = 5 * 60_000;
const aheadTimeout = 10_000;

/** A client's id and secret at Connect, the version of the secret they came from, and when it was read. */
export type ClientCredentials = {
  clientId: string;
  clientSecret: Secret;
  versionId: string;
  stage: Stage;
  readAt: number;
};

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** Secrets Manager has no answer now. The message is for the log. */
export class SecretsUnavailable extends Error {
  override name = 'SecretsUnavailable';
}

/** The secret is missing, malformed, or not ours to read: for an operator to fix. */
export class SecretUnusable extends Error {
  override name = 'SecretUnusable';
}

export type ClientCredentialsStore = {
  /** Reads the current pair ahead, for the mint that is about to ask for it; a fault is that mint's to meet. */
  prepare: (secretId: string) => void;
  /**
   * The pairs to try, in order: the current one (from memory while it is young), the current one read again if
   * it has changed since, the previous one. The next is asked for once Connect has refused the last.
   * Throws SecretsUnavailable or SecretUnusable.
   */
  candidates: (secretId: string, signal: AbortSignal) => AsyncGenerator<ClientCredentials>;
  /** Keeps the pair that Connect took, so that the next mint begins with it. */
  remember: (secretId: string, credentials: ClientCredentials) => void;
};

export function createClientCredentialsStore(
  client: SecretsManagerClient,
  now: () => number,
): ClientCredentialsStore {
  const memory = new Map<string, ClientCredentials>();
  const underWay = new Map<string, Promise<ClientCredentials>>();

  function prepare(secretId: string): void {
    if (isYoung(memory.get(secretId), now()) || underWay.has(secretId)) return;
    const reading = readCurrent(secretId, AbortSignal.timeout(aheadTimeout));
    underWay.set(secretId, reading);
    reading
      .then(
        (credentials) => memory.set(secretId, credentials),
        () => undefined,
      )
      .finally(() => underWay.delete(secretId));
  }

  async function* candidates(secretId: string, signal: AbortSignal): AsyncGenerator<ClientCredentials> {
    const held = memory.get(secretId);
    const first = isYoung(held, now())
      ? held
      : await within(underWay.get(secretId) ?? readCurrent(secretId, signal), signal);
    memory.set(secretId, first);
    yield first;
    memory.delete(secretId);
    const current = await readCurrent(secretId, signal);
    if (!isSamePair(current, first)) yield current;
    const previous = await readPrevious(secretId, signal);
    if (previous !== undefined && !isSamePair(previous, first) && !isSamePair(previous, current))
      yield previous;
  }

  async function readCurrent(secretId: string, signal: AbortSignal): Promise<ClientCredentials> {
    const credentials = await read(secretId, 'AWSCURRENT', signal);
    if (credentials !== undefined) return credentials;
    throw new SecretUnusable(
      'The secret does not hold {"client_id":"…","client_secret":"…"}, both filled in',
    );
  }

  /** Absent where it is missing, malformed (the stack's placeholder ends up here) or out of reach. */
  async function readPrevious(secretId: string, signal: AbortSignal): Promise<ClientCredentials | undefined> {
    try {
      return await read(secretId, 'AWSPREVIOUS', signal);
    } catch (error) {
      if (error instanceof SecretsUnavailable || error instanceof SecretUnusable) return undefined;
      throw error;
    }
  }

  /** Undefined where the version is there but malformed. */
  async function read(
    secretId: string,
    stage: Stage,
    signal: AbortSignal,
  ): Promise<ClientCredentials | undefined> {
    const readAt = now();
    const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage });
    const answer = await client.send(command, { abortSignal: signal }).catch(sanitise);
    const pair = parsePair(answer.SecretString ?? '');
    return pair && { ...pair, versionId: answer.VersionId ?? '', stage, readAt };
  }

  return { prepare, candidates, remember: (secretId, credentials) => memory.set(secretId, credentials) };
}

/** Versions may hold the same pair, and Connect has refused it already: a code must not go up twice with it. */
function isSamePair(one: ClientCredentials, other: ClientCredentials): boolean {
  return one.clientId === other.clientId && one.clientSecret.reveal() === other.clientSecret.reveal();
}

/** What was begun ahead of the mint has more time than the mint may have. */
function within<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const leave = () => reject(new SecretsUnavailable('Secrets Manager: out of time'));
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  return Promise.race([reading, end]).finally(() => signal.removeEventListener('abort', leave));
}

/** A clock that was set back makes a pair look younger than none: it is read again. */
function isYoung(held: ClientCredentials | undefined, now: number): held is ClientCredentials {
  return held !== undefined && now >= held.readAt && now - held.readAt < maxAge;
}

/** Printable, and without the white space that a paste brings along: such a pair would only be refused. */
const filledIn = z.string().check(z.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/));
const schema = z.object({ client_id: filledIn, client_secret: filledIn });

function parsePair(text: string): Pick<ClientCredentials, 'clientId' | 'clientSecret'> | undefined {
  const { success, data } = schema.safeParse(parseJsonObject(text));
  return success ? { clientId: data.client_id, clientSecret: new Secret(data.client_secret) } : undefined;
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
  // What the service says goes to the log. What a parser says of the service's answer quotes it, secret and all.
  const said = error instanceof SecretsManagerServiceException ? `: ${error.message}` : '';
  throw new Unreadable(`Secrets Manager: ${error.name}${said}`);
}
