import type { startContainerCredentials } from './container-credentials.ts';
import type { Command, Reply } from './driver.ts';
import type { startTokenService } from './token-service.ts';

/** What the rows of a language's tests use. Service and credentials exist once the tests run. */
export type Bench = {
  /** Whether the kit keeps tokens. */
  keeps: boolean;
  service: () => Awaited<ReturnType<typeof startTokenService>>;
  credentials: () => Awaited<ReturnType<typeof startContainerCredentials>>;
  ask: (command: Command) => Promise<Reply>;
  /** A new kit, for connect:fulfillment in the gateway's region unless the changes say otherwise. */
  makeKit: (changes?: Partial<Extract<Command, { do: 'new' }>>) => Promise<Reply>;
  /** How many requests the gateway has let in during this test. */
  requests: () => number;
};

export const scope = 'connect:fulfillment';
