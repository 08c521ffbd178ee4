import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { Logger } from '@aws-lambda-powertools/logger';
import { readApiEvent } from '../../lambda/api-event.ts';
import { createRecordRequest } from '../../lambda/audit.ts';
import { identifyCaller } from '../../lambda/caller.ts';
import { createLog } from '../../lambda/log.ts';
import { decide } from '../../lambda/policy.ts';
import { readRequest } from '../../lambda/request.ts';
import type { Connect } from '../stack/connect.ts';
import { lambdaContext, median, proxyEvent, startHarness } from './harness.ts';
import { middyVendor, openidVendor } from './others.ts';
import type { Row } from './report.ts';

const rounds = 9;
const perRound = 1_000;

type Handler = (event: object, context: object) => Promise<unknown>;

/** CPU of a vend from memory against a handler that parses the body, writes one log line and answers a constant. */
export async function warmVend(): Promise<Row[]> {
  const harness = await startHarness();
  const silence = quiet();
  try {
    const { handler } = (await import(`${harness.bundle}/vend-function.mjs`)) as { handler: Handler };
    const first = (await handler(proxyEvent(), lambdaContext())) as { statusCode: number };
    if (first.statusCode !== 200) throw new Error('The first vend failed');
    const constant = constantHandler();
    const others = othersBefore(harness);
    const subjects: Record<string, Handler> = { vend: handler, constant, again: constant, ...others };
    const parts = partsOf(harness.policy);
    const costs = await measureInPeace({ ...subjects, ...parts });
    const ratio = (name: string) =>
      costs[name]?.map((cost, round) => cost / (costs['constant']?.[round] ?? 1)) ?? [];
    return [
      { what: 'constant handler', 'CPU, constant handler = 1': '1.00' },
      { what: 'the same again (control)', 'CPU, constant handler = 1': median(ratio('again')).toFixed(2) },
      { what: 'warm vend', 'CPU, constant handler = 1': median(ratio('vend')).toFixed(2) },
      ...Object.keys(parts).map((name) => ({
        what: `of it: ${name}`,
        'CPU, constant handler = 1': median(ratio(name)).toFixed(2),
      })),
      ...Object.keys(others).map((name) => ({
        what: name,
        'CPU, constant handler = 1': median(ratio(name)).toFixed(2),
      })),
    ];
  } finally {
    silence();
    await harness.close();
  }
}

/** The same vend by others, who check no policy, write no audit line and share no token. */
function othersBefore({ connect }: { connect: Connect }): Record<string, Handler> {
  const [application] = connect.applications;
  const { clientId = '', clientSecret = '' } = application ?? {};
  return {
    '@middy/secrets-manager and @middy/http-json-body-parser': middyVendor(connect.url),
    'openid-client': openidVendor(connect.url, clientId, clientSecret),
  };
}

function isFair(ratio: number): boolean {
  return ratio >= 0.9 && ratio <= 1.1;
}

function constantHandler(): Handler {
  const logger = new Logger();
  return async (event) => {
    const { body, requestContext } = event as { body: string; requestContext: { requestId: string } };
    const { grant_type } = JSON.parse(body) as { grant_type: string };
    logger.info('token request', { request_id: requestContext.requestId, grant_type });
    return {
      statusCode: 200,
      headers: { 'Content-Type': 'application/json' },
      body: '{"access_token":"constant"}',
    };
  };
}

function partsOf(policy: Parameters<typeof readRequest>[1]): Record<string, Handler> {
  const event = readApiEvent(proxyEvent());
  const request = readRequest(event, policy);
  const caller = identifyCaller(event.requestContext.identity);
  const ask = { client: request.client, grantType: request.grantType, scopes: request.scopes ?? [] };
  const record = createRecordRequest(createLog('bench'));
  const audit = {
    request_id: 'r',
    lambda_request_id: 'l',
    caller: caller.arn,
    account: caller.account,
    client: 'acme',
    grant_type: request.grantType,
    scopes: ask.scopes,
    grant_ids: ['checkout'],
    cache: 'memory' as const,
    remaining_seconds: 86_000,
    token_sha256: '0'.repeat(64),
  };
  return {
    'parse and caller': async (raw) => identifyCaller(identityOf(raw, policy)),
    policy: async () => decide(policy, caller, ask),
    'audit line with its metric': async () =>
      record(audit, { status: 200, refusal: undefined, milliseconds: 1 }),
  };
}

function identityOf(raw: object, policy: Parameters<typeof readRequest>[1]) {
  const event = readApiEvent(raw);
  readRequest(event, policy);
  return event.requestContext.identity;
}

/** Again where the constant handler does not even cost what it costs: the machine was busy with other things. */
async function measureInPeace(subjects: Record<string, Handler>): Promise<Record<string, number[]>> {
  for (let tries = 1; ; tries++) {
    const costs = await measure(subjects);
    const ratio = median(
      (costs['again'] ?? []).map((cost, round) => cost / (costs['constant']?.[round] ?? 1)),
    );
    if (isFair(ratio)) return costs;
    if (tries === 10)
      throw new Error(`Too busy a machine: the control is ${ratio.toFixed(2)}, not 0.9 to 1.1`);
  }
}

/** Microseconds a call, for every round, the subjects taking turns. */
async function measure(subjects: Record<string, Handler>): Promise<Record<string, number[]>> {
  const costs: Record<string, number[]> = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = -3; round < rounds; round++) {
    for (const [name, subject] of Object.entries(subjects)) {
      const event = proxyEvent();
      const before = process.cpuUsage();
      for (let call = 0; call < perRound; call++) await subject({ ...event }, lambdaContext());
      const { user, system } = process.cpuUsage(before);
      // The first rounds are for the compiler.
      if (round >= 0) costs[name]?.push((user + system) / perRound);
    }
  }
  return costs;
}

/** Lambda's stdout is written to at once: so is the null device, while we measure. */
function quiet(): () => void {
  const nowhere = openSync(devNull, 'w');
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => writeSync(nowhere, String(chunk)) >= 0;
  return () => {
    process.stdout.write = write;
    closeSync(nowhere);
  };
}
