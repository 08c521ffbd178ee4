import { expect } from 'vitest';
import { type DoorRow, first, hit } from './doors-bench.ts';

/** The signed requests among the doors, in the order in which they are printed. */
export const signedDoorRows: DoorRow[] = [
  [
    'the first request again',
    first,
    async ({ ask }, command) => {
      expect((await ask(command)).line).toMatch(hit);
    },
  ],
  [
    'a program of one’s own, such as a kit',
    /^export /,
    async ({ paste, printed, waitFor }, command) => {
      const before = printed().length;
      const said = await paste(`${command}\nnpx node examples/typescript/example.ts connect:fulfillment`);
      expect(said).toBe('There is a token, of 43 characters\nConnect answers 200\n');
      await waitFor(/ 200 {2}checkout-api {2}connect:fulfillment {2}.*hit; /, before);
    },
  ],
  [
    'another caller with a grant of its own',
    /catalogue-import[\s\S]*"scope":"connect:data_ingestion"/,
    async ({ ask }, command) => {
      const { line, audit } = await ask(command);
      expect(line).toMatch(/ {2}200 {2}catalogue-import {2}connect:data_ingestion {2}/);
      expect(audit).toMatchObject({ grant_ids: ['catalogue'] });
    },
  ],
  [
    'a user assertion',
    /fulfillment_user_assertion/,
    async ({ ask }, command) => {
      expect((await ask(command)).line).toMatch(/ 200 {2}order-history .* fwd=miss; stored;/);
      expect((await ask(command)).line).toMatch(/ 200 {2}order-history .* hit; /);
    },
  ],
  [
    "a retailer's assertion",
    /retailer-json-bearer/,
    async ({ ask }, command) => {
      expect((await ask(command)).line).toMatch(/ 200 {2}storefront .* fwd=bypass;/);
    },
  ],
  [
    'a code',
    /^curl --silent --data '[^']*' http:\S+\/code$/,
    async ({ paste }, command) => {
      const codes = [await paste(command), await paste(command)];
      for (const code of codes) expect(code).toMatch(/^[\w-]{43}\n$/);
      expect(codes[0]).not.toBe(codes[1]);
    },
  ],
  [
    'the exchange of a fresh code, each time',
    /authorization_code(?![\s\S]*code_verifier)/,
    async ({ ask }, command) => {
      for (const _ of [1, 2])
        expect((await ask(command)).line).toMatch(
          / 200 {2}account-linking {2}account_linking .* fwd=bypass;/,
        );
    },
  ],
  [
    'the exchange of a code with PKCE, which needs its verifier',
    /code_verifier/,
    async ({ ask }, command) => {
      expect((await ask(command)).line).toMatch(/ 200 {2}account-linking {2}account_linking .* fwd=bypass;/);
      const { line, audit } = await ask(command.replace(/,"code_verifier":"[^"]*"/, ''));
      expect(line).toMatch(
        / 400 {2}account-linking {2}account_linking {2}invalid_grant {2}reason invalid_grant {2}/,
      );
      expect(audit).toMatchObject({ mint: 'invalid_grant', attempts: 1 });
    },
  ],
  [
    'a caller that is granted other things',
    /catalogue-import[\s\S]*"scope":"connect:fulfillment"/,
    async ({ ask }, command) => {
      const { line, below, audit } = await ask(command);
      expect(line).toMatch(
        / 403 {2}catalogue-import {2}connect:fulfillment {2}unauthorized_client {2}reason scope {2}/,
      );
      expect(below).toContain('You signed as role/catalogue-import of 111122223333.');
      expect(audit).toMatchObject({ decision: 'deny', reason: 'scope' });
    },
  ],
  [
    'a stranger of the API’s account',
    /example-stranger/,
    async ({ ask }, command) => {
      const { line, below, audit } = await ask(command);
      expect(line).toMatch(/ 403 {2}stranger {2}invalid_client {2}/);
      expect(below).toContain('Signed with the key example-stranger as role/stranger of 111122223333.');
      expect(below).toContain('like none of the principals');
      expect(audit).toBeUndefined();
    },
  ],
  [
    'a stranger of another account',
    /example-outsider/,
    async ({ ask }, command) => {
      const { line, below } = await ask(command);
      expect(line).toMatch(/ 403 {2}outsider {2}invalid_client {2}/);
      expect(below).toContain('The resource policy does not list its account 999988887777');
    },
  ],
  [
    'a revocation',
    /\/revoke'$/,
    async ({ paste, forget, printed, waitFor }, command) => {
      // Not the token of the start: that one is forgotten.
      await forget();
      const before = printed().length;
      expect(await paste(command)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\n\{\}\n$/);
      const [, , audit = ''] = await waitFor(
        / 200 {2}AWSReservedSSO_Operators_\w{16} {2}revoke {2}(revoked) {2}.*\n {10}(\{.*\})\n/,
        before,
      );
      expect(JSON.parse(audit)).toMatchObject({ message: 'token revocation', given_up: true });
    },
  ],
];
