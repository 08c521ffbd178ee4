import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Instance, runningInstance, type Timer } from './instance.ts';
import type { SdkCommand, SendOptions } from './models/sdk-errors.ts';

/** What an instance's code reaches beside its clocks. */
export type Host = {
  random: () => number;
  fetch: (instance: Instance, input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  dynamodb: (
    instance: Instance,
    client: DynamoDBClient,
    command: SdkCommand,
    options?: SendOptions,
  ) => unknown;
  secretsManager: (
    instance: Instance,
    client: SecretsManagerClient,
    command: SdkCommand,
    options?: SendOptions,
  ) => unknown;
  write: (instance: Instance, text: string) => void;
};

/** Longer timers are limits of time, and not what code waits for. */
const longestWaitMs = 6_000;

type AnyFunction = (...args: never[]) => unknown;
type Replace = <T extends object, K extends keyof T>(
  owner: T,
  name: K,
  by: (instance: Instance) => T[K],
) => void;

const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

let isInstalled = false;

/**
 * Gives code that an instance runs the instance's clocks, timers and services in place of the real ones, for as long
 * as this process lives. All other code meets the real ones.
 */
export function installGlobals(): void {
  if (isInstalled) return;
  isInstalled = true;
  replaceClocks();
  replaceTimers();
  replaceChance();
  replaceServices();
  syncBuiltinESMExports();
}

/** A function that finds out at each call whose code is calling. */
const replace: Replace = (owner, name, by) => {
  const real = owner[name] as AnyFunction;
  const standIn = function (this: unknown, ...args: never[]) {
    const instance = runningInstance();
    if (instance === undefined) return real.apply(this, args);
    return (by(instance) as AnyFunction).apply(this, args);
  };
  // The promised version of a timer, for one.
  for (const symbol of Object.getOwnPropertySymbols(real))
    Object.defineProperty(
      standIn,
      symbol,
      Object.getOwnPropertyDescriptor(real, symbol) as PropertyDescriptor,
    );
  Object.defineProperty(owner, name, { value: standIn, writable: true, configurable: true });
};

function hostOf({ host }: Instance): Host {
  return host as Host;
}

function replaceClocks(): void {
  replace(Date, 'now', (instance) => () => Math.floor(instance.wall()));
  replace(performance, 'now', (instance) => instance.monotonic);
  globalThis.Date = new Proxy(Date, {
    construct(RealDate, args: [], newTarget) {
      const instance = args.length === 0 ? runningInstance() : undefined;
      const given = instance === undefined ? args : [Math.floor(instance.wall())];
      return Reflect.construct(RealDate, given, newTarget) as Date;
    },
  });
}

function replaceTimers(): void {
  for (const owner of [globalThis, timers]) {
    replace(
      owner,
      'setTimeout',
      (instance) =>
        ((callback: AnyFunction, ms = 1, ...args: never[]) => {
          return handleOf(
            instance,
            instance.setTimer(ms, () => callback(...args), ms < longestWaitMs),
          );
        }) as never,
    );
    replace(
      owner,
      'clearTimeout',
      (instance) =>
        ((handle: { timer?: Timer } | undefined) => {
          if (handle?.timer !== undefined) instance.clearTimer(handle.timer);
        }) as never,
    );
    replace(
      owner,
      'setInterval',
      () =>
        (() => {
          throw new Error('An interval outlives the invocation');
        }) as never,
    );
  }
  replace(
    timersPromises,
    'setTimeout',
    (instance) => (ms, value, options) =>
      sleep(instance, ms ?? 1, options?.signal).then(() => value as never),
  );
  replace(
    timersPromises.scheduler,
    'wait',
    (instance) => (ms, options) => sleep(instance, ms ?? 1, options?.signal),
  );
  replace(AbortSignal, 'timeout', (instance) => (ms) => {
    const controller = new AbortController();
    instance.setTimer(ms, () => controller.abort(timedOut), false);
    return controller.signal;
  });
}

function handleOf(instance: Instance, timer: Timer): object {
  const handle = {
    timer,
    ref: () => handle,
    unref: () => handle,
    hasRef: () => true,
    close: () => instance.clearTimer(timer),
  };
  return handle;
}

function sleep(instance: Instance, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const aborted = () => Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
  if (signal?.aborted === true) {
    reject(aborted());
    return promise;
  }
  const abort = () => {
    instance.clearTimer(timer);
    reject(aborted());
  };
  const wake = () => {
    signal?.removeEventListener('abort', abort);
    resolve();
  };
  const timer = instance.setTimer(ms, wake, true);
  signal?.addEventListener('abort', abort);
  return promise;
}

function replaceChance(): void {
  const uuid =
    ({ host }: Instance) =>
    () => {
      const digits = () =>
        Math.floor((host as Host).random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0');
      const hex = digits() + digits() + digits() + digits();
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    };
  replace(Math, 'random', (instance) => hostOf(instance).random);
  replace(crypto, 'randomUUID', uuid as never);
  replace(globalThis.crypto, 'randomUUID', uuid as never);
}

function replaceServices(): void {
  replace(globalThis, 'fetch', (instance) => (input, init) => hostOf(instance).fetch(instance, input, init));
  replace(
    DynamoDBClient.prototype,
    'send',
    (instance) =>
      function (this: DynamoDBClient, command: SdkCommand, options?: SendOptions) {
        return hostOf(instance).dynamodb(instance, this, command, options);
      } as never,
  );
  replace(
    SecretsManagerClient.prototype,
    'send',
    (instance) =>
      function (this: SecretsManagerClient, command: SdkCommand, options?: SendOptions) {
        return hostOf(instance).secretsManager(instance, this, command, options);
      } as never,
  );
  replace(
    process.stdout,
    'write',
    (instance) =>
      ((text: string) => {
        hostOf(instance).write(instance, String(text));
        return true;
      }) as never,
  );
}
