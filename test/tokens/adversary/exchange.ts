import type { Instance } from './instance.ts';
import type { Ending } from './invocation.ts';
import type { ConnectRequest } from './models/connect-model.ts';
import type { IssuedToken } from './models/issued-tokens.ts';
import type { Ask } from './requests.ts';
import type { TrueTime } from './timeline.ts';

/** One token request, from the gateway to its answer, with what it cost. */
export type Exchange = {
  number: number;
  ask: Ask;
  /** Of the token that it asks for. */
  identity: string;
  instance: Instance;
  /** When API Gateway took it. */
  arrivedAt: TrueTime;
  endedAt: TrueTime;
  /** By the instance's clock. */
  wallAtArrival: number;
  wallAtEnd: number;
  ending: Ending;
  status: number;
  body: AnswerBody;
  /** What the audit line says. */
  audit: Record<string, unknown>;
  tableCalls: number;
  secretReads: number;
  connect: ConnectRequest[];
  /** What was vended, as Connect knows it. */
  token: IssuedToken | undefined;
};

export type AnswerBody = {
  access_token?: string;
  expires_in?: number;
  created_at?: number;
  scope?: string;
  error?: string;
  error_description?: string;
};

export function tookMs({ arrivedAt, endedAt }: Exchange): number {
  return endedAt - arrivedAt;
}

/** The answer of the function as API Gateway reads it; anything else is a 502 there. */
export function readAnswer(ending: Ending): { status: number; body: AnswerBody } {
  const answer = ending.kind === 'answered' ? (ending.answer as { statusCode?: number; body?: string }) : {};
  if (typeof answer.statusCode !== 'number' || typeof answer.body !== 'string')
    return { status: 0, body: {} };
  return { status: answer.statusCode, body: JSON.parse(answer.body) as AnswerBody };
}
