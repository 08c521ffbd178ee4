import * as z from 'zod/mini';
import { Refusal } from './refusal.ts';

const lists = z.optional(z.nullable(z.record(z.string(), z.nullable(z.array(z.string())))));
const values = z.optional(z.nullable(z.record(z.string(), z.nullable(z.string()))));

/** What we read of API Gateway's REST proxy event; all else in it is ignored. */
const schema = z.object({
  httpMethod: z.string(),
  path: z.string(),
  pathParameters: values,
  headers: values,
  multiValueHeaders: lists,
  queryStringParameters: values,
  multiValueQueryStringParameters: lists,
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
  throw new Refusal('invalid_request', 'not_api_gateway', 'This function answers API Gateway requests only.');
}

/** Every value of a header, whatever the case of its name. */
export function headerValues({ headers, multiValueHeaders }: ApiEvent, name: string): string[] {
  const wanted = name.toLowerCase();
  const found = Object.entries(multiValueHeaders ?? {}).filter(([key]) => key.toLowerCase() === wanted);
  if (found.length > 0) return found.flatMap(([, list]) => list ?? []);
  return Object.entries(headers ?? {})
    .filter(([key, value]) => key.toLowerCase() === wanted && value !== null)
    .map(([, value]) => value as string);
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
