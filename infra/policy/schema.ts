import * as z from 'zod';
import { adviseOnType } from '../files/fields.ts';
import { clientSchema } from './client-schema.ts';
import { grantSchema, principal, scopes, unscoped } from './grant-schema.ts';
import { clientName, minTtlSeconds, retailerId } from './named-fields.ts';

/**
 * The policy file. The schemas check each field by itself; `rules.ts` checks what must hold between fields. An editor
 * shows the descriptions, which `infra/policy.schema.json` carries.
 */

export const keepWarmSchema = z
  .strictObject(
    {
      client: clientName.describe('One of the clients above.'),
      scopes: scopes.optional().describe('The scopes of the token.'),
      unscoped: unscoped.optional().describe('The token without a scope.'),
      retailerId: retailerId.optional().describe('The X-Retailer-Id that the token is for, if any.'),
      minTtl: minTtlSeconds
        .optional()
        .describe(
          "Keeps at least this much life in the token, in seconds, for jobs that ask for it with min_ttl. At most half of the token's lifetime has an effect.",
        ),
    },
    { error: ({ input }) => adviseOnType(input, 'write { client: NAME, scopes: [connect:fulfillment] }') },
  )
  .describe(
    'A client_credentials token that the service keeps fresh, so that no caller waits for a new one.',
  );

export const proberSchema = z
  .strictObject(
    {
      role: principal.describe(
        "The ARN of a role that the stack makes, in the stack's account: arn:aws:iam::111122223333:role/NAME.",
      ),
    },
    { error: ({ input }) => adviseOnType(input, 'write { role: arn:aws:iam::111122223333:role/NAME }') },
  )
  .describe(
    'Tries the service out every few minutes: it must be vended the first token of keepWarm, and refused a scope that no grant gives it.',
  );

const oneClient = 'write at least one client: its name, and below it secretName';

export const clientsSchema = z
  .record(clientName, clientSchema, { error: ({ input }) => adviseOnType(input, oneClient) })
  .refine((clients) => Object.keys(clients).length > 0, { error: `is empty: ${oneClient}` })
  .describe('The applications at Connect, by the name that callers send as client_id.');

export const policySchema = z
  .strictObject(
    {
      version: z.literal(1, { error: 'write version: 1' }).describe('The version of this format: 1.'),
      clients: clientsSchema,
      grants: z
        .array(grantSchema, { error: ({ input }) => adviseOnType(input, 'write a list of grants') })
        .min(1, { error: 'is empty: write at least one grant, or nobody gets anything' })
        .describe('Who may get which tokens. The service denies what no grant allows.'),
      keepWarm: z
        .array(keepWarmSchema, { error: 'write a list of tokens, or leave keepWarm out' })
        .meta({ uniqueItems: true })
        .optional()
        .describe('Tokens that the service keeps fresh, so that no caller waits for a new one.'),
      prober: proberSchema.optional(),
    },
    { error: 'the file has no policy in it: write version: 1, clients: and grants:' },
  )
  .describe('Who may get which Instacart Connect tokens.');

export type PolicyFile = z.output<typeof policySchema>;
export type ProberEntry = z.output<typeof proberSchema>;
export type KeepWarmEntry = z.output<typeof keepWarmSchema>;
