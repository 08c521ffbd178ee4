import { isObject } from '../values/json.ts';
import { OAuthError } from './oauth-error.ts';

/** Its values are checked where they are read: checking two dozen headers in every request would be wasted work. */
type Values = Record<string, unknown> | null | undefined;

/** The parts of API Gateway's REST proxy event that the function reads; it ignores all others. */
export type ApiEvent = {
  httpMethod: string;
  path: string;
  pathParameters?: Values;
  headers?: Values;
  multiValueHeaders?: Values;
  queryStringParameters?: Values;
  multiValueQueryStringParameters?: Values;
  body?: string | null | undefined;
  isBase64Encoded?: boolean | undefined;
  requestContext: {
    requestId: string;
    identity: { userArn?: string | null | undefined; accountId?: string | null | undefined };
  };
};

const valueLists = [
  'pathParameters',
  'headers',
  'multiValueHeaders',
  'queryStringParameters',
  'multiValueQueryStringParameters',
] as const;

/** Rejects events that are not API Gateway's. This catches mistakes; it is no security boundary. */
export function readApiEvent(event: unknown): ApiEvent {
  if (isApiEvent(event)) return event;
  throw new OAuthError('not_api_gateway', 'This function accepts API Gateway requests only.');
}

function isApiEvent(event: unknown): event is ApiEvent {
  if (!isObject(event)) return false;
  const { httpMethod, path, body, isBase64Encoded = false, requestContext } = event;
  if (typeof httpMethod !== 'string' || typeof path !== 'string') return false;
  if (!isTextOrNothing(body) || typeof isBase64Encoded !== 'boolean') return false;
  if (!valueLists.every((name) => typeof (event[name] ?? {}) === 'object')) return false;
  if (!isObject(requestContext) || typeof requestContext['requestId'] !== 'string') return false;
  const { identity } = requestContext;
  return isObject(identity) && isTextOrNothing(identity['userArn']) && isTextOrNothing(identity['accountId']);
}

function isTextOrNothing(value: unknown): boolean {
  return typeof (value ?? '') === 'string';
}

/** Every value of a header. `name` is in lower case; the request may write it in any case. */
export function headerValues({ headers, multiValueHeaders }: ApiEvent, name: string): string[] {
  const listed = valuesOf(multiValueHeaders, name);
  return listed.length > 0 ? listed : valuesOf(headers, name);
}

function valuesOf(headers: Values, name: string): string[] {
  const found: string[] = [];
  for (const key in headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    for (const value of [headers[key]].flat()) if (typeof value === 'string') found.push(value);
  }
  return found;
}

export function queryNames(event: ApiEvent): string[] {
  return [
    ...Object.keys(event.queryStringParameters ?? {}),
    ...Object.keys(event.multiValueQueryStringParameters ?? {}),
  ];
}

/** The path below the stage. A custom domain's base path is in `path`, but not in the proxy parameter. */
export function routePath({ path, pathParameters }: ApiEvent): string {
  const proxy = pathParameters?.['proxy'];
  return typeof proxy === 'string' ? `/${proxy}` : path;
}
