import { createHash } from 'node:crypto';
import { styleText } from 'node:util';
import type { ProbeKind, ProbeVerdict } from '../../../lambda/probe/probe.ts';
import type { SignedRequest } from '../control/curl.ts';
import { type Door, listDoors } from '../control/door.ts';
import { userArnOf } from '../emulators/callers.ts';
import type { Stack } from '../instance/system.ts';
import type { LocalConnect } from './local-connect.ts';
import type { AuditLine } from './tally.ts';

/** Bold on a terminal only, and not where NO_COLOR is set: styleText checks both. */
export function heading(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}

/** The parts that run, for a first-time reader. */
export function whatRuns(
  { url, built, secretsManager, dynamodb }: Stack,
  { compiled, isLocal }: LocalConnect,
  instances: number,
): string {
  const kilobytes = Math.round(built.bytes / 1000);
  return [
    heading('Running on this machine'),
    `  API Gateway      ${url}`,
    '                   checks the signature and the deployed resource policy',
    `  vend function    the deployed bundle, ${kilobytes} kB; instances: ${instances}`,
    `  token table      ${dynamodb.url}`,
    `  Secrets Manager  ${secretsManager.url}`,
    ...compiled.policy.clients.map((client) =>
      isLocal(client)
        ? `  Connect          ${client.baseUrl}, for the client ${client.name}`
        : `  Connect, real    ${client.baseUrl}, for the client ${client.name}`,
    ),
    '',
  ].join('\n');
}

/** The caller and its request. */
export function theRequest(url: string, { caller, body }: SignedRequest): string {
  return [
    heading('A workload asks for a token'),
    `  It runs as ${userArnOf(caller)},`,
    '  signs with its own AWS credentials, and has no client secret.',
    '',
    `  POST ${url}`,
    `  Authorization: AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/…`,
    '  Content-Type: application/json',
    '',
    `  ${body}`,
    '',
  ].join('\n');
}

/** The response. Of a real Connect's token it shows only the SHA-256. */
export function theAnswer(
  status: number,
  headers: Headers,
  body: Record<string, unknown>,
  isReal: boolean,
): string {
  const shown = isReal ? { ...body, ...hashed(body) } : body;
  return [
    heading(`The response: ${status}`),
    ...['cache-control', 'cache-status', 'retry-after']
      .filter((name) => headers.has(name))
      .map((name) => `  ${name}: ${headers.get(name)}`),
    '',
    indented(shown),
    '',
  ].join('\n');
}

/** The result of one refresh run. */
export function theRefresh(counts: unknown): string {
  const { entries, fresh, renewed, failed } = counts as Record<string, number>;
  const each = `${fresh} fresh, ${renewed} renewed, ${failed} failed`;
  return `Refresh function: ${entries} keepWarm tokens in the policy: ${each}.\n`;
}

/** The prober's two verdicts in one line. */
export function theProbe(verdicts: unknown): string {
  const { vend, refusal } = verdicts as Record<ProbeKind, ProbeVerdict>;
  const vended = vend === 'right' ? 'was vended a token' : 'was vended no token';
  const refused = {
    right: 'was refused a scope',
    wrong: 'was not refused a scope that no grant gives it',
    unanswered: 'got no answer about a scope',
  }[refusal];
  const verdict = [vend, refusal].find((one) => one !== 'right') ?? 'right';
  return `The prober ${vended}, and ${refused}: ${verdict}.\n`;
}

/** The first few doors, and where all of them are listed. */
export function theDoors(doors: readonly Door[], control: string): string {
  const first = doors.filter(({ isFirst }) => isFirst === true);
  const others = new Set(doors.filter((door) => !first.includes(door)).map(({ group }) => group));
  return [
    heading('Do it yourself'),
    '',
    listDoors(first, heading),
    '',
    heading(`All ${doors.length} commands`),
    `  More of them, under ${[...others].map((group) => group.split(':')[0]).join('; ')}`,
    `curl ${control}/`,
    '',
  ].join('\n');
}

export function theRecord(audit: AuditLine | undefined): string {
  if (audit === undefined)
    return 'API Gateway answered this request itself, so the function has no record of it.\n';
  const { _aws, ...fields } = audit;
  const title = 'The audit line of the function (without _aws, the metrics for CloudWatch)';
  return [heading(title), indented(fields), ''].join('\n');
}

function hashed({ access_token: token }: Record<string, unknown>): { access_token?: string } {
  if (typeof token !== 'string') return {};
  return { access_token: `(SHA-256 ${createHash('sha256').update(token).digest('hex')})` };
}

function indented(fields: object): string {
  return JSON.stringify(fields, undefined, 2).replaceAll(/^/gm, '  ');
}
