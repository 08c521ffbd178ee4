import * as z from 'zod';
import { grantTypes } from '../../lambda/protocol/scopes.ts';
import { adviseOnType, list, oneOf, text } from '../files/fields.ts';
import { clientName, minTtlSeconds, printableLine, retailerId, scope, user } from './named-fields.ts';
import { principalRule } from './principal-pattern.ts';
import { parsePrincipal } from './principals.ts';
import { redirectUriProblem, redirectUriRule } from './urls.ts';

const principalAdvice = 'write arn:aws:iam::111122223333:role/NAME';

/** A principal as the file has it, path included, and as the function compares it. */
export const principal = z
  .string({ error: ({ input }) => adviseOnType(input, principalAdvice) })
  .meta({ pattern: principalRule, patternErrorMessage: principalAdvice })
  .transform((arn, context) => {
    const parsed = parsePrincipal(arn);
    if ('principal' in parsed) return { arn, principal: parsed.principal };
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  });

export const scopes = list(scope, 'write a list, such as [connect:fulfillment]');

export const unscoped = z.literal(true, { error: 'write unscoped: true, or leave it out' });

export const grantSchema = z
  .strictObject(
    {
      id: text(
        'write a name of up to 64 letters, digits, dots, - and _',
        /^[A-Za-z0-9][\w.-]{0,63}$/,
      ).describe('Names this grant in the audit log. Every grant has its own.'),
      description: text('write one line of up to 256 printable characters', printableLine(256))
        .optional()
        .describe('What the grant is for. For people: the service does not read it.'),
      owner: text(
        'write a team or an address, in one line of up to 128 printable characters',
        printableLine(128),
      )
        .optional()
        .describe(
          'Who answers for the grant: a team or an address. For people: the service does not read it.',
        ),
      expires: text('write a date of the calendar, such as 2027-01-31', z.core.regexes.date)
        .optional()
        .describe(
          'The last day of the grant, in UTC. Synth warns 30 days before and refuses the grant afterwards; the service itself goes on.',
        ),
      principals: list(principal, 'write a list, such as [arn:aws:iam::111122223333:role/NAME]').describe(
        'Who may get the tokens: roles (NAME may end in *), users, or role/AWSReservedSSO_SET_* for a permission set.',
      ),
      client: clientName.describe('One of the clients above.'),
      grantType: oneOf(grantTypes).describe(
        "The OAuth grant type of the caller's request. It decides which of the fields below are needed.",
      ),
      scopes: scopes
        .optional()
        .describe("Connect's scopes that this grant type can have, or the client's private ones."),
      unscoped: unscoped
        .optional()
        .describe(
          "The Transaction API's token, which has no scope and gives access to all that the application may use.",
        ),
      retailerIds: list(retailerId, "write a list, such as ['the-garden']")
        .optional()
        .describe('The X-Retailer-Id values that a caller may send. Default: none.'),
      users: list(user, "write a list, such as ['user-1', 'test-*'], or ['*'] for every user")
        .optional()
        .describe(
          "For user grants: the users whose tokens a caller may get. Exact ids, prefixes that end in *, or '*'.",
        ),
      redirectUris: list(
        text('write an https URL', { problem: redirectUriProblem, pattern: redirectUriRule }),
        'write a list, such as [https://shop.example/callback]',
      )
        .optional()
        .describe('For authorization_code: the redirect URIs as registered with Instacart, exactly.'),
      maxMinTtl: minTtlSeconds
        .optional()
        .describe(
          'The most min_ttl that a caller may ask for, in seconds. Default: what the service allows.',
        ),
      revoke: z
        .literal(true, { error: 'write revoke: true, or leave it out' })
        .optional()
        .describe("Lets the principals also revoke any token of this grant's client."),
    },
    {
      error: ({ input }) =>
        adviseOnType(input, 'write a grant: id, principals, client, grantType and scopes'),
    },
  )
  .describe('Who may get which tokens. The service denies what no grant allows.');

export type GrantEntry = z.output<typeof grantSchema>;
