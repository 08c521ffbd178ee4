import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { revocationPath, tokenPath } from '../../lambda/protocol/contract.ts';
import { parseJsonObject, withoutBom } from '../../lambda/values/json.ts';

/** As OpenAPI has it; of each object the parts that a check needs. */
type Schema = Record<string, unknown>;
type Response = { headers: Record<string, { $ref: string }>; content: Record<string, unknown> };
type Operation = { responses: Record<string, Response> };

export const openApi = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as {
  paths: Record<string, { post: Operation }>;
  components: {
    headers: Record<string, { schema: Schema; required?: boolean }>;
    schemas: Record<string, Schema>;
  };
};

const id = 'openapi.json';
// OpenAPI's own keywords are no JSON Schema. Each test file compiles for itself: that takes longer than the checks.
const options = { strict: false, validateSchema: false, meta: false, code: { optimize: false } };
const ajv = new Ajv2020(options).addSchema(openApi, id);
/** A form and a header have text in place of a number. */
const ajvOfText = new Ajv2020({ ...options, coerceTypes: true }).addSchema(openApi, id);

/** What stands in the document at these keys. */
export function validatorAt(
  keys: readonly (string | number)[],
  from: 'json' | 'text' = 'json',
): ValidateFunction {
  const pointer = keys.map((key) =>
    encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  const validator = (from === 'json' ? ajv : ajvOfText).getSchema(`${id}#/${pointer.join('/')}`);
  if (validator === undefined) throw new Error(`docs/openapi.json has nothing at ${keys.join(' ')}`);
  return validator;
}

/** Callers of another path are told of it as those of a token request are. */
function operationOf(url: string): string {
  return new URL(url, 'http://any').pathname === revocationPath ? revocationPath : tokenPath;
}

/** What docs/openapi.json does not say of an answer; empty for one that is as it says. */
export function undocumented(
  url: string,
  { status, headers, body }: { status: number; headers: Headers; body: unknown },
): string[] {
  const path = operationOf(url);
  const { responses } = openApi.paths[path]?.post ?? { responses: {} };
  const key = status in responses ? status : `${String(status)[0]}XX`;
  const response = responses[key];
  if (response === undefined) return [`no response of status ${status}`];
  const type = headers.get('content-type') ?? '';
  if (!(type in response.content)) return [`no content of type ${type}`];
  const isBody = validatorAt(['paths', path, 'post', 'responses', key, 'content', type, 'schema']);
  return [
    ...(isBody(body) ? [] : [`body: ${ajv.errorsText(isBody.errors)}`]),
    ...Object.keys(openApi.components.headers).flatMap((name) =>
      headerProblem(name, name in response.headers, headers.get(name)),
    ),
  ];
}

function headerProblem(name: string, isDocumented: boolean, value: string | null): string[] {
  if (!isDocumented) return value === null ? [] : [`${name} is there`];
  if (value === null) return [`${name} is missing`];
  const isValue = validatorAt(['components', 'headers', name, 'schema'], 'text');
  return isValue(value) ? [] : [`${name}: ${ajvOfText.errorsText(isValue.errors)}`];
}

/** A request as it is sent. */
export type Sent = { path: string; headers: Record<string, string>; body: string };

/** Whether docs/openapi.json allows a request's fields. As it says, those that are empty or null count as absent. */
export function isDocumentedRequest({ path, headers, body }: Sent): boolean {
  const isForm = new Headers(headers).get('content-type')?.toLowerCase().includes('form') ?? false;
  const text = withoutBom(body);
  const fields = isForm ? Object.fromEntries(new URLSearchParams(text)) : parseJsonObject(text);
  const present = Object.entries(fields ?? {}).filter(([, value]) => value !== '' && value !== null);
  const name = operationOf(path) === tokenPath ? 'TokenRequest' : 'RevocationRequest';
  return validatorAt(['components', 'schemas', name], isForm ? 'text' : 'json')(Object.fromEntries(present));
}
