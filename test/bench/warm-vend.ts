import { pathToFileURL } from 'node:url';
import { createHandler } from '../../lambda/http/handler.ts';
import { readTokenRequest } from '../../lambda/http/token-request.ts';
import { createVend, type Vend } from '../../lambda/http/vend.ts';
import { createRecordRequest } from '../../lambda/observability/audit.ts';
import { createLog } from '../../lambda/observability/log.ts';
import { embedMetrics, type Metric } from '../../lambda/observability/metrics.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import { world } from '../support/token-world.ts';
import { consoleHandler, powertoolsHandler } from './constant-handlers.ts';
import { type Handler, lambdaContext, proxyEvent, startHarness } from './harness.ts';
import { measureAgainst, quietly, type Subject } from './interleaved.ts';
import type { Row } from './report.ts';

const reference = 'CPU, its logger Powertools’ = 1';
const bare = 'CPU, its logger console.log = 1';

/** CPU of a vend from memory against a handler that parses the body, writes one log line and answers a constant. */
export async function warmVend(): Promise<Row[]> {
  const harness = await startHarness();
  try {
    const { handler } = (await import(pathToFileURL(`${harness.bundle}/vend-function.mjs`).href)) as {
      handler: Handler;
    };
    await quietly(() => requireVend(handler));
    const parts = await partsOf(harness.policy);
    const subjects: Record<string, Subject> = {
      'constant handler, console.log': calling(consoleHandler()),
      'warm vend': calling(handler),
      ...parts,
    };
    const { ratios, control } = await measureAgainst(calling(powertoolsHandler()), subjects);
    const ratio = (name: string) => ratios[name] ?? Number.NaN;
    const row = (what: string, value: number): Row => ({
      what,
      [reference]: value.toFixed(2),
      [bare]: (value / ratio('constant handler, console.log')).toFixed(2),
    });
    const step = (name: keyof typeof parts, before: keyof typeof parts) => ratio(name) - ratio(before);
    return [
      row('constant handler, Powertools’ logger', 1),
      row('the same again (control)', control),
      row('constant handler, console.log', ratio('constant handler, console.log')),
      row('**warm vend**', ratio('warm vend')),
      row('of it: event, deadline, answer (Middy)', ratio('frame')),
      row('of it: parse', step('parse', 'frame')),
      row('of it: caller and policy', step('policy', 'parse')),
      row('of it: cache', step('cache', 'policy')),
      row('of it: audit line', ratio('record') - step('measured', 'unmeasured')),
      row('of it: metrics', step('measured', 'unmeasured')),
    ];
  } finally {
    await harness.close();
  }
}

async function requireVend(handler: Handler): Promise<void> {
  for (const level of ['mint', 'memory']) {
    const answer = (await handler(proxyEvent(), lambdaContext())) as {
      statusCode: number;
      headers: Record<string, string>;
    };
    const expected = level === 'mint' ? 'fwd=miss; stored' : 'hit; detail=memory';
    if (answer.statusCode !== 200 || !answer.headers['Cache-Status']?.includes(expected))
      throw new Error(`A vend from ${level} was expected: ${answer.statusCode}`);
  }
}

/** The body parser of another handler leaves its result in the event: each call has one of its own. */
export function calling(handler: Handler): Subject {
  let event = proxyEvent();
  let calls = 0;
  return () => {
    // Of the last few seconds, as API Gateway's are.
    if (++calls % 1_000 === 0) event = proxyEvent();
    return handler({ ...event }, lambdaContext());
  };
}

/** The request from its sources, each with one part more than the one before; then the line, with and without metrics. */
async function partsOf(policy: Policy) {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const revoke = async () => undefined;
  const dependencies = { revoke, recordRequest: () => undefined, logError: console.error, ...clock };
  const { state, vend } = world();
  state.now = Date.now();
  const vendToken = ({ signal }: { signal: AbortSignal }) => vend({ signal });
  await vend();
  const vended = await vend();
  if (vended.kind !== 'token' || vended.cacheStatus !== 'memory')
    throw new Error('A vend from memory was expected');
  const from = (vend: Vend) => calling(createHandler({ ...dependencies, vend }) as unknown as Handler);
  const log = createLog('bench');
  const recordRequest = createRecordRequest(log);
  const audit = {
    request_id: '00000000-0000-0000-0000-000000000000',
    function_request_id: '00000000-0000-0000-0000-000000000000',
    caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
    account: '111122223333',
    client: 'acme',
    grant_type: 'client_credentials',
    scopes: ['connect:fulfillment'],
    grant_ids: ['checkout'],
    cache: 'memory' as const,
    remaining_seconds: 86_000,
    token_sha256: vended.token.sha256,
  };
  const vends: Metric[] = [{ name: 'Vends', value: 1, unit: 'Count', by: 'cache' }];
  const fromMemory = { token: vended.token, cacheStatus: vended.cacheStatus };
  const outcome = { error: undefined, durationMs: 1 };
  return {
    frame: from(async () => fromMemory),
    parse: from(async (event) => {
      readTokenRequest(event, policy);
      return fromMemory;
    }),
    policy: from(createVend({ policy, vendToken: async () => vended })),
    cache: from(createVend({ policy, vendToken })),
    record: async () => recordRequest(audit, outcome),
    unmeasured: async () => log('INFO', 'token request', audit),
    measured: async () => log('INFO', 'token request', { ...audit, ...embedMetrics(vends) }),
  };
}
