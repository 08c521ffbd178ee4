import * as z from 'zod';
import {
  accountId,
  maxUserIdCharacters,
  partition,
  retailerId as retailerIdRule,
  userIdCharacter,
} from '../../lambda/protocol/names.ts';
import { grantTypes } from '../../lambda/protocol/scopes.ts';
import { list, oneOf, text, whatIsWrong } from './fields.ts';
import { parsePrincipal } from './principals.ts';
import { badBaseUrl, badRedirectUri } from './urls.ts';

/**
 * The policy file. Each field is checked by itself here; what holds between fields is in `rules.ts`. The
 * descriptions are what an editor shows, by way of `infra/policy.schema.json`.
 */

const secretName = String.raw`[\w/+=.@\-]{1,512}`;

const clientName = text(
  'write a name of up to 64 lower-case letters, digits, - and _, for example acme',
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
);

/** RFC 6749 §3.3, without the comma that Connect puts between scopes. */
const scope = text(
  'write a scope by its name, for example connect:fulfillment',
  /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/,
);

/** As the function reads the header, but without `*`, which would look like a pattern. */
const retailerId = text(
  'write one retailer id, in quotes, of up to 128 printable ASCII characters without spaces or *',
  new RegExp(`^(?!.*\\*)${retailerIdRule}$`),
);

const user = text(
  "write a user id in quotes, a prefix that ends in * or '*' for every user",
  new RegExp(`^(?:\\*|(?:(?!\\*)${userIdCharacter}){1,${maxUserIdCharacters}}\\*?)$`, 'u'),
);

const principal = text('write arn:aws:iam::111122223333:role/NAME', (value) => {
  const parsed = parsePrincipal(value);
  return 'problem' in parsed ? parsed.problem : undefined;
});

export const clientSchema = z
  .strictObject(
    {
      baseUrl: text('write https://connect.instacart.com', badBaseUrl)
        .optional()
        .describe('Connect itself, or the development server that Instacart gave you. Default: production.'),
      secretName: text(
        'write a name of letters, digits and /_+=.@-, for example connect/acme',
        new RegExp(`^${secretName}$`),
      )
        .optional()
        .describe('Name of the secret in Secrets Manager; the stack makes it and you fill it in.'),
      secretArn: text(
        "write the secret's whole ARN, with the 6 characters that AWS put at its end",
        new RegExp(
          `^arn:${partition}:secretsmanager:[a-z0-9-]+:${accountId}:secret:${secretName}-[A-Za-z0-9]{6}$`,
        ),
      )
        .optional()
        .describe('Whole ARN of a secret that you have already, in the region of the stack.'),
      kmsKeyArn: text(
        "write the key's own ARN (not an alias's), as arn:aws:kms:REGION:ACCOUNT:key/ID",
        new RegExp(`^arn:${partition}:kms:[a-z0-9-]+:${accountId}:key/[A-Za-z0-9-]{1,64}$`),
      )
        .optional()
        .describe("The key that encrypts secretArn, unless it is AWS's own aws/secretsmanager."),
      scopeSeparator: oneOf(['comma', 'space'])
        .optional()
        .describe('What goes between several scopes on the way to Connect. Default: comma.'),
      scopes: z
        .record(scope, list(oneOf(grantTypes), 'with the grant types that the scope can be had by'), {
          error: ({ input }) => whatIsWrong(input, 'write scopes with the grant types of each'),
        })
        .optional()
        .describe('Private scopes that Instacart gave this application, each with its grant types.'),
    },
    { error: ({ input }) => whatIsWrong(input, 'write secretName: connect/NAME below it') },
  )
  .describe('One application at Connect.');

export const grantSchema = z
  .strictObject(
    {
      id: text(
        'write a name of up to 64 letters, digits, dots, - and _',
        /^[A-Za-z0-9][\w.-]{0,63}$/,
      ).describe('Names this grant in the audit log. Every grant has its own.'),
      principals: list(principal, 'such as [arn:aws:iam::111122223333:role/NAME]').describe(
        'Who may: roles (NAME may end in *), users, or role/AWSReservedSSO_SET_* for a permission set.',
      ),
      client: clientName.describe('One of the clients above.'),
      grantType: oneOf(grantTypes).describe('How the token is had; decides which fields below are needed.'),
      scopes: list(scope, 'such as [connect:fulfillment]')
        .optional()
        .describe(
          "What for: scopes of Connect's that this grant type can have, or the client's private ones.",
        ),
      unscoped: z
        .literal(true, { error: 'write unscoped: true, or leave it out' })
        .optional()
        .describe(
          "The Transaction API's token, which has no scope and opens all that the application may use.",
        ),
      retailerIds: list(retailerId, "such as ['the-garden']")
        .optional()
        .describe('The X-Retailer-Id values that may be sent. Left out: none.'),
      users: list(user, "such as ['user-1', 'test-*'], or ['*'] for every user")
        .optional()
        .describe("For user grants: whose tokens. Exact ids, prefixes that end in *, or '*'."),
      redirectUris: list(
        text('write an https URL', badRedirectUri),
        'such as [https://shop.example/callback]',
      )
        .optional()
        .describe('For authorization_code: the redirect URIs as registered with Instacart, exactly.'),
    },
    {
      error: ({ input }) => whatIsWrong(input, 'write a grant: id, principals, client, grantType and scopes'),
    },
  )
  .describe('Who may have which tokens. Whatever no grant allows is denied.');

export const keepWarmSchema = z
  .strictObject(
    {
      client: clientName.describe('One of the clients above.'),
      scopes: list(scope, 'such as [connect:fulfillment]').optional().describe('The scopes of the token.'),
      unscoped: z
        .literal(true, { error: 'write unscoped: true, or leave it out' })
        .optional()
        .describe('The token without a scope.'),
      retailerId: retailerId.optional().describe('The X-Retailer-Id that the token is for, if any.'),
    },
    { error: ({ input }) => whatIsWrong(input, 'write { client: NAME, scopes: [connect:fulfillment] }') },
  )
  .describe('A client_credentials token that is kept fresh, so that no caller waits for a new one.');

export const policySchema = z
  .strictObject(
    {
      version: z.literal(1, { error: 'write version: 1' }).describe('The version of this format: 1.'),
      clients: z
        .record(clientName, clientSchema, {
          error: ({ input }) =>
            whatIsWrong(input, 'write at least one client: its name, and below it secretName'),
        })
        .refine((clients) => Object.keys(clients).length > 0, {
          error: 'is empty: write at least one client: its name, and below it secretName',
        })
        .describe('The applications at Connect, by the name that callers send as client_id.'),
      grants: z
        .array(grantSchema, { error: ({ input }) => whatIsWrong(input, 'write a list of grants') })
        .min(1, { error: 'is empty: write at least one grant, or nobody gets anything' })
        .describe('Who may have which tokens. Whatever no grant allows is denied.'),
      keepWarm: z
        .array(keepWarmSchema, { error: 'write a list of tokens, or leave keepWarm out' })
        .optional()
        .describe('Tokens that are kept fresh, so that no caller waits for a new one.'),
    },
    { error: 'the file has no policy in it: write version: 1, clients: and grants:' },
  )
  .describe('Who may have which Instacart Connect tokens.');

export type PolicyFile = z.output<typeof policySchema>;
export type ClientEntry = z.output<typeof clientSchema>;
export type GrantEntry = z.output<typeof grantSchema>;
export type KeepWarmEntry = z.output<typeof keepWarmSchema>;
