import * as z from 'zod/mini';
import { OAuthError } from './oauth-error.ts';

/** Its values are checked where they are read: parsing two dozen headers in every request would be wasted work. */
const map = z.optional(z.nullable(z.custom<Record<string, unknown>>((value) => typeof value === 'object')));

/** The parts of API Gateway's REST proxy event that the function reads; it ignores all others. */
const schema = z.object({
  httpMethod: z.string(),
  path: z.string(),
  pathParameters: map,
  headers: map,
  multiValueHeaders: map,
  queryStringParameters: map,
  multiValueQueryStringParameters: map,
  body: z.optional(z.nullable(z.string())),
  isBase64Encoded: z.optional(z.boolean()),
  requestContext: z.object({
    requestId: z.string(),
    identity: z.object({
      userArn: z.optional(z.nullable(z.string())),
      accountId: z.optional(z.nullable(z.string())),
    }),
  }),
});

export type ApiEvent = z.infer<typeof schema>;

/** Rejects events that are not API Gateway's. This catches mistakes; it is no security boundary. */
export function readApiEvent(event: unknown): ApiEvent {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new OAuthError('not_api_gateway', 'This function accepts API Gateway requests only.');
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
