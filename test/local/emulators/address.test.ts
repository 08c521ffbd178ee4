import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { resourcePolicy } from '../../../infra/api/resource-policy.ts';
import type { Address } from './address.ts';
import { caller, eventOf, startEchoGateway, user } from './echo-gateway.ts';
import type { Gateway, GatewayOptions } from './gateway-emulator.ts';
import { signedHeaders } from './signed-client.ts';

const path = '/v2/oauth/token';
const name = 'tokens.shop.example';
const [listed, other] = ['vpce-0123456789abcdef0', 'vpce-0fedcba9876543210'];

let gateway: Gateway | undefined;
const opened: Array<{ close: () => Promise<void> }> = [];
afterEach(async () => {
  await Promise.all([gateway, ...opened.splice(0)].map((one) => one?.close()));
});

async function start(address: Address, more: Partial<GatewayOptions> = {}): Promise<Gateway> {
  gateway = await startEchoGateway(undefined, { address, ...more });
  return gateway;
}

async function through(id: string): Promise<string> {
  const endpoint = await gateway?.openVpcEndpoint(id);
  if (endpoint === undefined) throw new Error('start a gateway first');
  opened.push(endpoint);
  return endpoint.url;
}

const headers = { 'content-type': 'application/json' };
const body = '{}';

/** As to a host whose name leads to the emulator. `fetch` would overwrite the Host header. */
function send(url: string, all: Record<string, string>): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: all }, (incoming) => {
      text(incoming).then(
        (answer) => resolve(new Response(answer, { status: incoming.statusCode ?? 0 })),
        reject,
      );
    });
    sent.on('error', reject).end(body);
  });
}

async function post(url: string, host = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com', as = caller) {
  return send(url, await signedHeaders(url, { method: 'POST', headers: { ...headers, host }, body }, as));
}

const outcome = async (response: Response) => {
  const { message, error } = (await response.json()) as Record<string, unknown>;
  return [response.status, message ?? error];
};
const noSuchApi = [403, 'Forbidden'];

describe('a domain', () => {
  it('leads to the API by its Host, at its root', async () => {
    const { url } = await start({ domain: { name } });
    const event = await eventOf(await post(`${url}${path}`, name));
    expect([event.path, event.pathParameters]).toEqual([path, { proxy: path.slice(1) }]);
    expect(event.requestContext.domainName).toBe(name);
  });

  it('has its base path in the path, and not in the proxy parameter', async () => {
    const { url } = await start({ domain: { name, basePath: 'tokens' } });
    const event = await eventOf(await post(`${url}/tokens${path}`, name));
    expect([event.path, event.pathParameters]).toEqual([`/tokens${path}`, { proxy: path.slice(1) }]);
    const root = await eventOf(await post(`${url}/tokens`, name));
    expect([root.resource, root.path, root.pathParameters]).toEqual(['/', '/tokens', null]);
  });

  it('knows no API beside its base path', async () => {
    const { url } = await start({ domain: { name, basePath: 'tokens' } });
    expect(await outcome(await post(`${url}${path}`, name))).toEqual(noSuchApi);
    expect(await outcome(await post(`${url}/tokens-2${path}`, name))).toEqual(noSuchApi);
  });

  it("leaves API Gateway's own name open, unless a setting closes it", async () => {
    const open = await start({ domain: { name, basePath: 'tokens' } });
    expect((await eventOf(await post(`${open.url}${path}`))).path).toBe(path);
    await open.close();
    const closed = await start({ domain: { name }, disableExecuteApiEndpoint: true });
    expect(await outcome(await post(`${closed.url}${path}`))).toEqual(noSuchApi);
    expect((await post(`${closed.url}${path}`, name)).status).toBe(200);
  });

  it('is a part of what is signed', async () => {
    const { url } = await start({ domain: { name } });
    const init = { method: 'POST', headers: { ...headers, host: 'other.example' }, body };
    const forOther = await signedHeaders(`${url}${path}`, init, caller);
    expect((await send(`${url}${path}`, forOther)).status).toBe(200);
    expect(await outcome(await send(`${url}${path}`, { ...forOther, host: name }))).toEqual([
      403,
      'invalid_client',
    ]);
  });
});

describe('a private API', () => {
  const principal = [caller.principalArn];
  const startPrivate = (more: Address = {}) =>
    start(
      { endpoint: 'private', ...more },
      { resourcePolicy: resourcePolicy(principal, [listed]).document.Statement },
    );

  it('answers a listed caller through a listed VPC endpoint, whose id the event has', async () => {
    await startPrivate();
    const response = await post(`${await through(listed)}${path}`);
    expect(response.status).toBe(200);
    expect((await eventOf(response)).requestContext.identity).toMatchObject({ vpceId: listed });
  });

  it('denies others there, and everybody through another VPC endpoint', async () => {
    await startPrivate();
    expect(await outcome(await post(`${await through(listed)}${path}`, undefined, user))).toEqual([
      403,
      'invalid_client',
    ]);
    expect(await outcome(await post(`${await through(other)}${path}`))).toEqual([403, 'invalid_client']);
  });

  it('is not there for the internet', async () => {
    const { url } = await startPrivate();
    expect(await outcome(await post(`${url}${path}`))).toEqual(noSuchApi);
  });

  it('has a domain there as well', async () => {
    await startPrivate({ domain: { name } });
    const url = await through(listed);
    expect((await eventOf(await post(`${url}${path}`, name))).requestContext.domainName).toBe(name);
  });
});

it('a regional API cannot be reached through a VPC endpoint', async () => {
  await start({});
  expect(await outcome(await post(`${await through(listed)}${path}`))).toEqual(noSuchApi);
});
