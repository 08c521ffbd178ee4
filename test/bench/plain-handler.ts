import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import * as z from 'zod';

/** What a cold start is compared with: a vendor as it is quickly written, with all its clients at the top. */
const secrets = new SecretsManagerClient();
const table = new DynamoDBClient();
const body = z.object({ grant_type: z.string(), scope: z.string().optional() });
const secret = z.object({ client_id: z.string(), client_secret: z.string() });

export const handler = middy(async (event: { body: string }) => {
  const { scope } = body.parse(JSON.parse(event.body));
  const cached = await table.send(
    new GetItemCommand({ TableName: process.env['TOKEN_TABLE'], Key: { pk: { S: scope ?? '' } } }),
  );
  if (cached.Item !== undefined) return { statusCode: 200, body: JSON.stringify(cached.Item) };
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 'connect/acme' }));
  const pair = secret.parse(JSON.parse(SecretString ?? ''));
  const { CONNECT_URL = 'https://connect.instacart.com' } = process.env;
  const answer = await fetch(`${CONNECT_URL}/v2/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...pair, grant_type: 'client_credentials', scope }),
  });
  return { statusCode: answer.status, body: await answer.text() };
});
