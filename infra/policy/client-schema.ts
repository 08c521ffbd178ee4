import * as z from 'zod';
import { accountIdRule, partitionRule } from '../../lambda/protocol/names.ts';
import { grantTypes } from '../../lambda/protocol/scopes.ts';
import { adviseOnType, list, oneOf, text } from '../files/fields.ts';
import { scope } from './named-fields.ts';
import { baseUrlProblem, baseUrlRule } from './urls.ts';

const secretNameRule = String.raw`[\w/+=.@\-]{1,512}`;

const baseUrl = text('write https://connect.instacart.com', {
  problem: baseUrlProblem,
  pattern: baseUrlRule,
});

const secretName = text(
  'write a name of letters, digits and /_+=.@-, for example connect/acme',
  new RegExp(`^${secretNameRule}$`),
);

const secretArn = text(
  "write the secret's whole ARN, with the 6 characters that AWS put at its end",
  new RegExp(
    `^arn:${partitionRule}:secretsmanager:[a-z0-9-]+:${accountIdRule}:secret:${secretNameRule}-[A-Za-z0-9]{6}$`,
  ),
);

const kmsKeyArn = text(
  "write the key's ARN, not an alias's: arn:aws:kms:REGION:ACCOUNT:key/ID",
  new RegExp(`^arn:${partitionRule}:kms:[a-z0-9-]+:${accountIdRule}:key/[A-Za-z0-9-]{1,64}$`),
);

/** Not one of Connect's own, which a rule tells. */
export const privateScopeName = scope.clone();

const privateScopes = z.record(
  privateScopeName,
  list(oneOf(grantTypes), 'write the grant types of the scope, such as [client_credentials]'),
  { error: ({ input }) => adviseOnType(input, 'write scopes with the grant types of each') },
);

export const clientSchema = z
  .strictObject(
    {
      baseUrl: baseUrl
        .optional()
        .describe('Connect itself, or the development server that Instacart gave you. Default: production.'),
      otherHost: z
        .literal(true, { error: 'write otherHost: true, or leave it out' })
        .optional()
        .describe(
          "Says that baseUrl is no host of Instacart's on purpose: the client's secret is sent there.",
        ),
      secretName: secretName
        .optional()
        .describe('Name of the secret in Secrets Manager. The stack creates it, you fill it in.'),
      secretArn: secretArn
        .optional()
        .describe("Whole ARN of a secret that exists already, in the stack's region."),
      kmsKeyArn: kmsKeyArn
        .optional()
        .describe("The key that encrypts secretArn, unless it is AWS's own aws/secretsmanager."),
      scopeSeparator: oneOf(['comma', 'space'])
        .optional()
        .describe('What separates several scopes in a request to Connect. Default: comma.'),
      scopes: privateScopes
        .optional()
        .describe('Private scopes that Instacart gave this application, each with its grant types.'),
    },
    { error: ({ input }) => adviseOnType(input, 'write secretName: connect/NAME below it') },
  )
  .describe('One application at Connect.');

export type ClientEntry = z.output<typeof clientSchema>;
