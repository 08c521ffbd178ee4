import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { type AnswerHttp, replaceHttp } from './http-globals.ts';
import { type Instance, runningInstance } from './instance.ts';
import { replace } from './stand-in.ts';
import { replaceTimers } from './timer-globals.ts';

/** What an instance's code reaches beside its clocks. */
export type Host = {
  random: () => number;
  fetch: (instance: Instance, input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** AWS's services. */
  aws: AnswerHttp;
  write: (instance: Instance, text: string) => void;
};

const lambdaVariables = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'function-role',
  AWS_SECRET_ACCESS_KEY: 'function-role-secret',
};

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
  Object.assign(process.env, lambdaVariables);
  syncBuiltinESMExports();
}

function hostOf({ host }: Instance): Host {
  return host as Host;
}

function replaceClocks(): void {
  replace(Date, 'now', (instance) => Math.floor(instance.wall()));
  replace(performance, 'now', (instance) => instance.monotonic());
  globalThis.Date = new Proxy(Date, {
    construct(RealDate, args: [], newTarget) {
      const instance = args.length === 0 ? runningInstance() : undefined;
      const given = instance === undefined ? args : [Math.floor(instance.wall())];
      return Reflect.construct(RealDate, given, newTarget) as Date;
    },
  });
}

function replaceChance(): void {
  replace(Math, 'random', (instance) => hostOf(instance).random());
  for (const owner of [crypto, globalThis.crypto])
    replace(owner, 'randomUUID', (instance) => uuidOf(hostOf(instance).random));
}

function uuidOf(random: () => number): string {
  const digits = () => Math.floor(random() * 2 ** 32).toString(16);
  const hex = Array.from({ length: 4 }, () => digits().padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function replaceServices(): void {
  replace<[input: string | URL | Request, init?: RequestInit]>(
    globalThis,
    'fetch',
    (instance, _self, input, init) => hostOf(instance).fetch(instance, input, init),
  );
  replaceHttp((instance) => hostOf(instance).aws);
  replace<[text: unknown]>(process.stdout, 'write', (instance, _self, text) => {
    hostOf(instance).write(instance, String(text));
    return true;
  });
}
