import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { moveClock } from './moved-clock.ts';

type Message = {
  id: string;
  kind: 'ready' | 'invoke' | 'loaded' | 'clock';
  event?: object;
  aheadMs?: number;
};

const [, , bundle = '', entry = '', timeout = ''] = process.argv;
const folder = pathToFileURL(bundle).href;
const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith(folder)) loaded.push(url.slice(url.lastIndexOf('/') + 1));
    return next(url, context);
  },
});

const { handler } = await import(pathToFileURL(join(bundle, `${entry}.mjs`)).href);

function answer({ id, kind, event, aheadMs = 0 }: Message): void {
  const reply = (message: object) =>
    parentPort === null ? process.send?.({ id, ...message }) : parentPort.postMessage({ id, ...message });
  if (kind === 'ready') return void reply({});
  if (kind === 'loaded') return void reply({ result: loaded });
  if (kind === 'clock') {
    moveClock(aheadMs);
    return void reply({});
  }
  const endsAt = performance.now() + Number(timeout);
  const context = {
    awsRequestId: id,
    getRemainingTimeInMillis: () => endsAt - performance.now(),
  };
  handler(event, context).then(
    (result: unknown) => reply({ result }),
    (error: unknown) => reply({ error: String(error) }),
  );
}

if (parentPort === null) process.on('message', answer);
else parentPort.on('message', answer);
