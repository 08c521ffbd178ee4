import { readFileSync } from 'node:fs';
import { revocationPath, tokenPath } from '../../lambda/protocol/contract.ts';
import { errorSchema } from './error-responses.ts';
import { headers } from './headers.ts';
import { operations } from './operations.ts';
import { requestSchemas } from './request-schemas.ts';
import { tokenSchema } from './token-schema.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** The HTTP contract as OpenAPI 3.1: `docs/openapi.json`. */
export function openApiDocument(): string {
  return `${JSON.stringify({ ...about, paths, components }, undefined, 2)}\n`;
}

const about = {
  openapi: '3.1.0',
  info: {
    title: 'Connect token vending',
    version,
    summary: 'Vends Instacart Connect access tokens to workloads that sign with their AWS identity.',
    description:
      "Paths, fields and answers are Connect's own. An AWS signature takes the place of the client secret. " +
      'docs/calling.md explains how to call the service, and docs/operating.md each reason of an error.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [
    {
      url: 'https://{address}',
      description: `The stack's output TokenUrl without https:// and without ${tokenPath}`,
      variables: {
        address: {
          default: 'abcde12345.execute-api.us-east-1.amazonaws.com/prod',
          description: "API Gateway's own name and the stage, or the service's domain",
        },
      },
    },
  ],
  security: [{ sigv4: [] }],
};

const paths = { [tokenPath]: { post: operations.token }, [revocationPath]: { post: operations.revocation } };

const components = {
  securitySchemes: {
    sigv4: {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      description: 'AWS Signature Version 4 for the service execute-api, in the region of the API.',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    },
  },
  headers,
  schemas: { ...requestSchemas, Token: tokenSchema, Error: errorSchema },
};
