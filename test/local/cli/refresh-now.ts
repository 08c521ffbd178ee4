import { parseArgs } from 'node:util';
import { operatorKey, usualPort } from '../emulators/lambda-api.ts';
import { scheduleEvent } from '../emulators/schedule-event.ts';
import { signedFetch } from '../emulators/signed-client.ts';

const usage = `npm run refresh -- [--lambda URL]

Runs the refresh function of the local stack that \`npm start\` has started: it renews the policy's keepWarm tokens.
  --lambda URL   the Lambda address that npm start printed; http://127.0.0.1:${usualPort} by default
  --help         print this text`;

try {
  const { values } = parseArgs({ options: { lambda: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) process.stdout.write(`${usage}\n`);
  else process.exitCode = await refresh(values.lambda ?? `http://127.0.0.1:${usualPort}`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
  process.exitCode = 2;
}

/** Prints the function's counts; exit status 1 where an entry failed. */
async function refresh(lambda: string): Promise<number> {
  const url = new URL('/2015-03-31/functions/refresh-function/invocations', lambda).href;
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(scheduleEvent()),
  };
  const response = await signedFetch(url, init, operatorKey, 'lambda').catch(() => {
    throw new Error(
      `Nothing answers at ${lambda}: run npm start first, or pass the address that it printed with --lambda`,
    );
  });
  const counts = (await response.json()) as { failed?: number };
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  return response.ok && counts.failed === 0 ? 0 : 1;
}
