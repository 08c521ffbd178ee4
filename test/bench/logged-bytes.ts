import { accessLogFormat } from '../../infra/api/access-log.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { createHandler } from '../../lambda/http/handler.ts';
import { createVend } from '../../lambda/http/vend.ts';
import { createRecordRequest } from '../../lambda/observability/audit.ts';
import { createLog } from '../../lambda/observability/log.ts';
import { policyText } from '../support/front-door-policy.ts';
import { world } from '../support/token-world.ts';
import { type Handler, lambdaContext, proxyEvent } from './harness.ts';
import { prices } from './prices.ts';
import type { Row } from './report.ts';

const id = '00000000-0000-0000-0000-000000000000';

/** Gigabytes that a vend from memory leaves in all logs. */
export async function gigabytesLogged(): Promise<number> {
  return total(await linesOfVend()) / 1e9;
}

export async function loggedBytes(): Promise<Row[]> {
  const lines = await linesOfVend();
  const row = (what: string, bytes: number): Row => ({
    what,
    bytes,
    '$ a million vends': ((bytes / 1e9) * prices.logIngestion * 1e6).toFixed(3),
  });
  return [
    ...Object.entries(lines).map(([what, text]) => row(what, Buffer.byteLength(text))),
    row('**all**', total(lines)),
  ];
}

function total(lines: Record<string, string>): number {
  return Buffer.byteLength(Object.values(lines).join(''));
}

async function linesOfVend(): Promise<Record<string, string>> {
  const line = await auditLine();
  const { _aws: metrics } = JSON.parse(line) as { _aws: object };
  const embedded = `,"_aws":${JSON.stringify(metrics)},"Vends":1`;
  return {
    'audit line, without its metrics': line.replace(embedded, ''),
    'its metrics': embedded,
    'line of the access log': `${accessLogLine()}\n`,
    'Lambda’s own START, END and REPORT': lambdasLines.join(''),
  };
}

/** As the sources write it for a vend from memory. */
async function auditLine(): Promise<string> {
  const { policy } = compilePolicy(policyText('http://127.0.0.1'), 'policy.yaml');
  const { state, vend } = world();
  state.now = Date.now();
  const handler = createHandler({
    vend: createVend({ policy, vendToken: ({ signal }) => vend({ signal }) }),
    revoke: async () => undefined,
    recordRequest: createRecordRequest(createLog('connect-token-vending')),
    logError: console.error,
    now: () => Date.now(),
    monotonic: () => performance.now(),
  }) as unknown as Handler;
  const { write } = process.stdout;
  const lines: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0;
  try {
    for (let vends = 0; vends < 2; vends++) await handler(proxyEvent(), lambdaContext());
  } finally {
    process.stdout.write = write;
  }
  const [, line = ''] = lines;
  if (!line.includes('"cache":"memory"')) throw new Error(`A vend from memory was expected: ${line}`);
  return line;
}

const contextValues: Record<string, string> = {
  requestId: id,
  extendedRequestId: 'AAAAAAAAAAAAAAA=',
  requestTimeEpoch: '1767225600000',
  stage: 'prod',
  httpMethod: 'POST',
  resourcePath: '/{proxy+}',
  'identity.sourceIp': '192.0.2.1',
  'identity.userArn': 'arn:aws:sts::111122223333:assumed-role/checkout-api/session',
  'identity.accountId': '111122223333',
  status: '200',
  'error.responseType': '-',
  responseLength: '250',
  responseLatency: '20',
  'integration.status': '200',
  'integration.latency': '15',
  'integration.requestId': id,
};

function accessLogLine(): string {
  return accessLogFormat.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => {
    const value = contextValues[name];
    if (value === undefined) throw new Error(`The bench has no value for $context.${name}`);
    return value;
  });
}

const lambdasLines = [
  `START RequestId: ${id} Version: $LATEST\n`,
  `END RequestId: ${id}\n`,
  `REPORT RequestId: ${id}\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t\n`,
];
