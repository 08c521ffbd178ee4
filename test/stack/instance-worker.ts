import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

type Message = { id: string; kind: 'ready' | 'invoke' | 'loaded'; event?: object };

const { bundle, entry, timeout } = workerData as { bundle: string; entry: string; timeout: number };
const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    if (url.includes(bundle)) loaded.push(url.slice(url.lastIndexOf('/') + 1));
    return next(url, context);
  },
});

const { handler } = await import(`file://${bundle}/${entry}.mjs`);

parentPort?.on('message', ({ id, kind, event }: Message) => {
  const reply = (message: object) => parentPort?.postMessage({ id, ...message });
  if (kind === 'ready') return reply({});
  if (kind === 'loaded') return reply({ result: loaded });
  const endsAt = performance.now() + timeout;
  const context = {
    functionName: `local-${entry}`,
    awsRequestId: id,
    getRemainingTimeInMillis: () => endsAt - performance.now(),
  };
  handler(event, context).then(
    (result: unknown) => reply({ result }),
    (error: unknown) => reply({ error: String(error) }),
  );
});
