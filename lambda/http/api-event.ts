import * as z from 'zod/mini';
import { OAuthError } from './oauth-error.ts';

/** Its values are checked where they are read: parsing two dozen headers on every request would be wasted. */
const map = z.optional(z.nullable(z.custom<Record<string, unknown>>((value) => typeof value === 'object')));

/** What we read of API Gateway's REST proxy event; all else in it is ignored. */
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

/** Anything that API Gateway would not send is refused; it catches mistakes, not whoever may invoke us. */
export function readApiEvent(event: unknown): ApiEvent {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new OAuthError(
    'invalid_request',
    'not_api_gateway',
    'This function answers API Gateway requests only.',
  );
}

/** Every value of a header, whatever the case of its name; `name` in lower case. */
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

/** The path below the stage, without a custom domain's base path, which only `path` carries. */
export function routePath({ path, pathParameters }: ApiEvent): string {
  const proxy = pathParameters?.['proxy'];
  return typeof proxy === 'string' ? `/${proxy}` : path;
}
