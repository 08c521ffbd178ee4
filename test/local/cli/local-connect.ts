import { UsageError } from '../../../infra/commands/command-line.ts';
import type { CompiledPolicy } from '../../../infra/policy/compile.ts';
import type { Client } from '../../../lambda/policy/policy.ts';
import { type Application, type Connect, startConnect } from '../emulators/connect-emulator.ts';
import type { Secrets } from './secrets-file.ts';

/** The local Connect accepts this as a retailer's assertion. */
export const exampleAssertion = 'example-assertion';

export type LocalConnect = {
  /** The policy, with the base URLs of the clients that use `connect`. */
  compiled: CompiledPolicy;
  /** Undefined where the policy names real Connect servers only. */
  connect: Connect | undefined;
  /** Whether a client's Connect is on this machine. */
  isLocal: (client: Client) => boolean;
};

/** Default: loopback, and this machine's clock. */
export type ConnectPlace = { host?: string; now?: () => number };

/** Points every client at one Connect on this machine, whatever its baseUrl. */
export async function pointAtLocalConnect(
  compiled: CompiledPolicy,
  secrets: Secrets,
  place: ConnectPlace = {},
): Promise<LocalConnect> {
  const connect = await start(compiled.policy.clients, secrets, place);
  const clients = compiled.policy.clients.map((client) => ({ ...client, baseUrl: connect.url }));
  return { compiled: { ...compiled, policy: { ...compiled.policy, clients } }, connect, isLocal: () => true };
}

/** Starts a Connect on the port of the policy's loopback URLs. Throws UsageError where they have several ports. */
export async function startNamedConnect(
  compiled: CompiledPolicy,
  secrets: Secrets,
  { now }: ConnectPlace = {},
): Promise<LocalConnect> {
  const local = compiled.policy.clients.filter(isLocal);
  const ports = new Set(local.map(portOf));
  const [port] = ports;
  if (port === undefined) return { compiled, connect: undefined, isLocal };
  if (ports.size > 1) {
    throw new UsageError(
      `The policy's loopback baseUrls have several ports (${[...ports].join(', ')}): use one`,
    );
  }
  const connect = await start(local, secrets, { port, ...(now && { now }) }).catch(
    (error: NodeJS.ErrnoException) => {
      throw portInUse(error, local[0]?.baseUrl ?? '');
    },
  );
  return { compiled, connect, isLocal };
}

/** The port is the policy's, and no option chooses another. */
function portInUse(error: NodeJS.ErrnoException, baseUrl: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new UsageError(
      `The local Connect needs the port of the policy's baseUrl ${baseUrl}, which is taken: free it, or write another`,
    );
  }
  if (error.code === 'EACCES') {
    return new UsageError(
      `The local Connect may not use the port of the policy's baseUrl ${baseUrl}: write another, from 1024 on`,
    );
  }
  return error;
}

/** Of clients whose base URL nobody has replaced. */
export function isLocal({ baseUrl }: Client): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(baseUrl).hostname);
}

function portOf({ name, baseUrl }: Client): number {
  const { protocol, port } = new URL(baseUrl);
  if (protocol === 'http:') return Number(port || 80);
  throw new UsageError(`The local Connect speaks http: write http:// in the baseUrl of ${name}`);
}

async function start(
  clients: readonly Client[],
  secrets: Secrets,
  place: ConnectPlace & { port?: number },
): Promise<Connect> {
  const applications = clients.flatMap((client) => applicationOf(client, secrets) ?? []);
  const connect = await startConnect({ applications, ...place });
  connect.state.retailerAssertions.add(exampleAssertion);
  return connect;
}

/** The application that a client's pair belongs to; undefined where the secrets have no pair for it. */
export function applicationOf(
  { secretId, privateScopes, scopeSeparator }: Client,
  secrets: Secrets,
): Application | undefined {
  const pair = secrets[secretId];
  return (
    pair && {
      clientId: pair.client_id,
      clientSecret: pair.client_secret,
      privateScopes,
      ...(scopeSeparator === ' ' && { scopeSeparator }),
    }
  );
}
