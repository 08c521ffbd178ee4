import type { Connect } from '../emulators/connect-emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { type Presses, WrongPress } from './control-server.ts';

type Trouble = { fault?: Fault; isDown?: true; text: string };

const html = '<html><body>Not now</body></html>';

/** What Connect can be made to do, by the word that a person sends. */
const troubles: Readonly<Record<string, Trouble>> = {
  ok: { text: 'Connect is well.' },
  '429': {
    fault: { kind: 'answer', status: 429, body: html, headers: { 'retry-after': '30' } },
    text: 'Connect answers every token request with 429 and Retry-After: 30.',
  },
  '503': {
    fault: { kind: 'answer', status: 503, body: html },
    text: 'Connect answers every token request with 503.',
  },
  slow: { fault: { kind: 'slow', milliseconds: 6_000 }, text: 'Connect takes 6 s for every token request.' },
  down: { isDown: true, text: 'Connect refuses connections.' },
};

/** Connect in trouble, and codes of an account linking. `redirectUris`: those that the policy grants. */
export function connectPresses(connect: Connect, redirectUris: readonly string[]): Presses {
  let isDown = false;
  return {
    '/connect': async (word) => {
      const trouble = Object.hasOwn(troubles, word) ? troubles[word] : undefined;
      if (trouble === undefined) throw new WrongPress(`Write one of ${Object.keys(troubles).join(', ')}`);
      connect.always(trouble.fault);
      connect.state.revocationFault = trouble.fault;
      if (trouble.isDown !== undefined && !isDown) await connect.close();
      if (trouble.isDown === undefined && isDown) await connect.reopen();
      isDown = trouble.isDown !== undefined;
      return trouble.text;
    },
    ...(redirectUris.length > 0 && {
      // A redirect URI, and PKCE's S256 challenge after a space where the code is to have one.
      '/code': (word) => {
        const [redirectUri = '', challenge] = word.split(/\s+/);
        if (redirectUris.includes(redirectUri)) return connect.issueCode(redirectUri, challenge);
        throw new WrongPress(`Write a redirect URI that the policy grants: ${redirectUris.join(', ')}`);
      },
    }),
  };
}
