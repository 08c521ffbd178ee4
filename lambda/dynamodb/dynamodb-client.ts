import { type CallAws, createAwsClient } from '../aws/aws-client.ts';

/** Attempts of half a second: how many depends on who waits. */
export function createDynamoDBClient({ maxAttempts }: { maxAttempts: number }): CallAws {
  return createAwsClient({
    service: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    // The SDK's variable, not the stack's.
    // biome-ignore lint/style/noProcessEnv: tests and local stacks set it, as for the SDK's clients
    endpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB'] || process.env['AWS_ENDPOINT_URL'],
    maxAttempts,
    connectTimeoutMs: 500,
    responseTimeoutMs: 500,
  });
}
