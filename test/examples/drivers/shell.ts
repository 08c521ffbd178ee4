import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command, Reply } from '../driver.ts';

/**
 * Runs the kit for shells, a process for each command. ../driver.ts has the protocol. Which arguments the kit gives to curl
 * and to the AWS CLI goes to this process's own stderr.
 */

const script = join(import.meta.dirname, '../../../examples/shell/connect-token.sh');
const path = join(import.meta.dirname, 'shell-path');

const state = { environment: {}, fields: [] as string[] };

type Ended = { code: number | null; stdout: string; stderr: string };

function run(args: string[], input = ''): Promise<Ended> {
  const env = { ...process.env, PATH: `${path}:${process.env['PATH']}`, ...state.environment };
  const child = spawn('sh', [script, ...args], { env, stdio: ['pipe', 'pipe', 'pipe', 2] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (data) => {
    ended.stdout += data;
  });
  child.stderr?.on('data', (data) => {
    ended.stderr += data;
  });
  child.stdin?.end(input);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

async function carryOut(command: Command): Promise<Reply> {
  if (command.do === 'new') {
    const { tokenUrl, region, retailerId, request } = command;
    state.environment = { TOKEN_URL: tokenUrl, ...(region !== undefined && { AWS_REGION: region }) };
    state.fields = Object.entries(request).map(([name, value]) => `${name}=${value}`);
    if (retailerId !== undefined) state.fields.push(`X-Retailer-Id=${retailerId}`);
    return { ready: true };
  }
  if (command.do === 'token') return tokenOf(await run(['token', ...state.fields]));
  if (command.do === 'call') return statusOf(await run(['call', ...state.fields, '--', command.url]));
  if (command.do === 'show') return { shown: (await run([])).stderr };
  const fields = ['grant_type=authorization_code', `redirect_uri=${command.redirectUri}`, 'code=-'];
  return tokenOf(await run(['token', ...fields], command.code));
}

function tokenOf({ code, stdout, stderr }: Ended): Reply {
  if (code !== 0) return failed(stderr);
  return { sha256: [createHash('sha256').update(stdout.trimEnd()).digest('hex')] };
}

function statusOf({ code, stderr }: Ended): Reply {
  const [, status] = /^connect-token: Connect answered (\d+)$/m.exec(stderr) ?? [];
  if (status !== undefined && code === 22) return { status: Number(status) };
  return code === 0 ? { status: 200 } : failed(stderr);
}

function failed(stderr: string): Reply {
  const [, status, pause, body] =
    /^connect-token: (\d+)(?:, try again after (\d+) s)?: (.*)$/m.exec(stderr) ?? [];
  const answer = body?.startsWith('{') === true ? JSON.parse(body) : {};
  return {
    failed: {
      ...(status !== undefined && { status: Number(status) }),
      ...(pause !== undefined && { retryAfterSeconds: Number(pause) }),
      error: answer.error,
      description: answer.error_description,
      requestId: answer.request_id,
      shown: stderr,
    },
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await carryOut(JSON.parse(line) as Command)));
}
