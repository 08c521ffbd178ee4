import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Statement } from '../../../infra/api/resource-policy.ts';
import type { Caller } from './callers.ts';
import { type GatewayOptions, type Invoke, startGateway } from './gateway-emulator.ts';

/** Callers to sign as. */
export const caller: Caller = {
  accessKeyId: 'example-checkout-api',
  secretAccessKey: 'not-a-secret-checkout-api',
  principalArn: 'arn:aws:iam::111122223333:role/apps/checkout-api',
  sessionName: 'session-1',
};
export const withSession: Caller = {
  ...caller,
  accessKeyId: 'example-session',
  sessionToken: 'example-session-token+/=',
};
export const user: Caller = {
  ...caller,
  accessKeyId: 'example-user',
  principalArn: 'arn:aws:iam::111122223333:user/ops/ci',
};

const everyone: Statement = {
  Sid: 'Everyone',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  Condition: {},
};

/** A gateway that lets every signer in, before a function that answers with its event (or as `invoke` does). */
export async function startEchoGateway(invoke: Invoke = echo, more: Partial<GatewayOptions> = {}) {
  return startGateway({ callers: [caller, withSession, user], resourcePolicy: [everyone], invoke, ...more });
}

export async function eventOf(response: Response): Promise<APIGatewayProxyEvent> {
  return (await response.json()) as APIGatewayProxyEvent;
}

async function echo(event: object): Promise<object> {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
}
