import { forbiddenInQuery } from '../../lambda/http/request-route.ts';
import { maxBodyBytes } from '../../lambda/protocol/contract.ts';
import { retailerIdRule } from '../../lambda/protocol/names.ts';
import { errorResponses } from './error-responses.ts';
import { revocationRequestExamples, tokenExample, tokenRequestExamples } from './examples.ts';
import { headersOf, tokenHeaders } from './headers.ts';

const limits =
  `The body may have up to ${maxBodyBytes / 1024} kB. The query may have none of ${[...forbiddenInQuery].join(', ')}, ` +
  'in any case of letters: the answer is 403.';

const retailerId = {
  name: 'X-Retailer-Id',
  in: 'header',
  description: 'A retailer id that your grant lists. The service sends it on to Connect.',
  schema: { type: 'string', pattern: `^${retailerIdRule}$` },
};

export const operations = {
  token: {
    operationId: 'vendToken',
    summary: 'Get a token',
    description: limits,
    parameters: [retailerId],
    requestBody: requestBody('TokenRequest', tokenRequestExamples),
    responses: {
      200: {
        description: 'A token that lives for another expires_in seconds.',
        headers: tokenHeaders(),
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Token' }, example: tokenExample },
        },
      },
      ...errorResponses('token'),
    },
  },
  revocation: {
    operationId: 'revokeToken',
    summary: 'Revoke a token, as a caller of a grant with revoke: true',
    description: limits,
    requestBody: requestBody('RevocationRequest', revocationRequestExamples),
    responses: {
      200: {
        description:
          'Connect takes the token for dead, and within a minute no instance of this service vends it. ' +
          'So it is for a token that is unknown or dead already.',
        headers: headersOf(200),
        content: { 'application/json': { schema: { type: 'object' }, example: {} } },
      },
      ...errorResponses('revocation'),
    },
  },
};

function requestBody(schema: string, examples: Record<string, object>): object {
  const type = {
    schema: { $ref: `#/components/schemas/${schema}` },
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  };
  return {
    required: true,
    content: { 'application/json': type, 'application/x-www-form-urlencoded': type },
  };
}
