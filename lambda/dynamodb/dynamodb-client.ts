import { type CallAws, createAwsClient } from '../aws/aws-client.ts';

/** Attempts of half a second: how many depends on who waits. */
export function createDynamoDBClient({ maxAttempts }: { maxAttempts: number }): CallAws {
  return createAwsClient({
    service: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB',
    maxAttempts,
    connectTimeoutMs: 500,
    responseTimeoutMs: 500,
  });
}
