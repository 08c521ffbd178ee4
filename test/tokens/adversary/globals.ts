import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Instance, runningInstance } from './instance.ts';
import type { SdkCommand, SendOptions } from './models/sdk-errors.ts';
import { replace } from './stand-in.ts';
import { replaceTimers } from './timer-globals.ts';

type Send<Client> = (
  instance: Instance,
  client: Client,
  command: SdkCommand,
  options?: SendOptions,
) => unknown;

/** What an instance's code reaches beside its clocks. */
export type Host = {
  random: () => number;
  fetch: (instance: Instance, input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  dynamodb: Send<DynamoDBClient>;
  secretsManager: Send<SecretsManagerClient>;
  write: (instance: Instance, text: string) => void;
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
  type Sent = [command: SdkCommand, options?: SendOptions];
  replace<Sent>(DynamoDBClient.prototype, 'send', (instance, client, command, options) =>
    hostOf(instance).dynamodb(instance, client as DynamoDBClient, command, options),
  );
  replace<Sent>(SecretsManagerClient.prototype, 'send', (instance, client, command, options) =>
    hostOf(instance).secretsManager(instance, client as SecretsManagerClient, command, options),
  );
  replace<[text: unknown]>(process.stdout, 'write', (instance, _self, text) => {
    hostOf(instance).write(instance, String(text));
    return true;
  });
}
