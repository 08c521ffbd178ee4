import { OAuthError } from './oauth-error.ts';

/** Its values are checked where they are read: checking two dozen headers in every request would be wasted work. */
type ValuesByName = Readonly<Record<string, unknown>> | null | undefined;
type OptionalText = string | null | undefined;

/** The parts of API Gateway's REST proxy event that the function reads; it ignores all others. */
export type ApiEvent = {
  httpMethod: string;
  path: string;
  pathParameters?: ValuesByName;
  headers?: ValuesByName;
  multiValueHeaders?: ValuesByName;
  queryStringParameters?: ValuesByName;
  multiValueQueryStringParameters?: ValuesByName;
  body?: OptionalText;
  isBase64Encoded?: boolean | undefined;
  requestContext: { requestId: string; identity: { userArn?: OptionalText; accountId?: OptionalText } };
};

/** Rejects events that are not API Gateway's. This catches mistakes; it is no security boundary. */
export function readApiEvent(event: unknown): ApiEvent {
  if (isApiEvent(event)) return event;
  throw new OAuthError('not_api_gateway', 'This function accepts API Gateway requests only.');
}

type Unchecked = Readonly<Record<string, unknown>>;

function isApiEvent(event: unknown): event is ApiEvent {
  if (!isObject(event) || !isObject(event['requestContext'])) return false;
  const { requestId, identity } = event['requestContext'];
  return (
    typeof event['httpMethod'] === 'string' &&
    typeof event['path'] === 'string' &&
    maps.every((name) => isObject(event[name] ?? {})) &&
    isOptionalText(event['body']) &&
    ['boolean', 'undefined'].includes(typeof event['isBase64Encoded']) &&
    typeof requestId === 'string' &&
    isObject(identity) &&
    isOptionalText(identity['userArn']) &&
    isOptionalText(identity['accountId'])
  );
}

const maps = [
  'pathParameters',
  'headers',
  'multiValueHeaders',
  'queryStringParameters',
  'multiValueQueryStringParameters',
] as const satisfies ReadonlyArray<keyof ApiEvent>;

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null;
}

function isOptionalText(value: unknown): value is OptionalText {
  return typeof (value ?? '') === 'string';
}

/** Every value of a header. `name` is in lower case; the request may write it in any case. */
export function headerValues({ headers, multiValueHeaders }: ApiEvent, name: string): string[] {
  const listed = valuesOf(multiValueHeaders, name);
  return listed.length > 0 ? listed : valuesOf(headers, name);
}

function valuesOf(headers: Record<string, unknown> | null | undefined, name: string): string[] {
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
