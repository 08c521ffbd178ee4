import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askByHost } from './ask-by-host.ts';
import { startDynamoDB } from './dynamodb-emulator.ts';
import { startEchoGateway } from './echo-gateway.ts';
import { startLambdaApi } from './lambda-api.ts';
import { startSecretsManager } from './secrets-manager-emulator.ts';
import { reachable, serve } from './server.ts';
import { refuseWebPages } from './web-pages.ts';

const key = { accessKeyId: 'example', secretAccessKey: 'not-a-secret' };
const page = { origin: 'https://page.example' };
const ofPages = 'Web pages may not use this: send the request with curl or a program\n';
const own = '127.0.0.1, localhost, [::1]';
const hostsAre = (names: string) => `Write one of these as the host of the URL: ${names}\n`;

describe('a server that refuses web pages', () => {
  const open = async (host: string) => {
    const server = await serve(
      refuseWebPages((_request, response) => response.end('in'), host),
      0,
      host,
    );
    return { ...server, port: new URL(server.url).port };
  };
  let loopback: Awaited<ReturnType<typeof open>>;
  let everywhere: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    [loopback, everywhere] = await Promise.all([open('127.0.0.1'), open('0.0.0.0')]);
  });
  afterAll(() => Promise.all([loopback.close(), everywhere.close()]));

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('answers to the host %s', async (name) => {
    for (const host of [name, `${name}:${loopback.port}`])
      expect(await askByHost(loopback.url, { host })).toEqual({ status: 200, text: 'in' });
  });

  it.each([
    'page.example',
    '127.0.0.1.page.example',
    'localhost.page.example:80',
    '192.0.2.1',
    '127.0.0.1@page.example',
  ])('does not answer to the host "%s"', async (host) => {
    expect(await askByHost(loopback.url, { host })).toEqual({ status: 403, text: hostsAre(own) });
  });

  it('does not answer a page that says whose it is', async () => {
    expect(await askByHost(loopback.url, page)).toEqual({ status: 403, text: ofPages });
  });

  it('answers to the address that it prints where it listens on all of them, and to no other name', async () => {
    const name = reachable('0.0.0.0');
    expect(await askByHost(everywhere.url, {})).toEqual({ status: 200, text: 'in' });
    expect(await askByHost(everywhere.url, { host: 'page.example' })).toEqual({
      status: 403,
      text: hostsAre([...new Set([...own.split(', '), name])].join(', ')),
    });
  });
});

describe.each<[string, () => Promise<{ url: string; close: () => Promise<void> }>]>([
  ['the Lambda API', () => startLambdaApi({}, 0)],
  ['Secrets Manager', () => startSecretsManager({ secrets: {}, keys: [key] })],
  ['the token table', () => startDynamoDB({ keys: [key] })],
  [
    'what stands behind the token table',
    async () => {
      const { backendUrl: url, close } = await startDynamoDB({ keys: [key] });
      return { url, close };
    },
  ],
  ['the API of npm start', () => startEchoGateway(undefined, { refusesWebPages: true })],
])('%s', (_what, start) => {
  it('refuses other hosts, and web pages', async () => {
    const { url, close } = await start();
    const answers = [await askByHost(url, { host: 'page.example' }), await askByHost(url, page)];
    await close();
    expect(answers).toEqual([
      { status: 403, text: hostsAre(own) },
      { status: 403, text: ofPages },
    ]);
  });
});

it('API Gateway refuses neither by itself', async () => {
  const gateway = await startEchoGateway();
  const answers = [
    await askByHost(gateway.url, { host: 'page.example' }),
    await askByHost(gateway.url, page),
  ];
  await gateway.close();
  for (const { text } of answers)
    expect(JSON.parse(text)).toMatchObject({
      error_description: 'Sign the request with AWS Signature Version 4, for the service execute-api.',
    });
});
