import { canary } from '../support/canary.ts';
import {
  ask,
  askByForm,
  askForRetailer,
  askForUser,
  askWithHeaders,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { forbiddenInQuery } from '../support/query-names.ts';
import type { Refusal } from './refusals.ts';

const query: Refusal[] = forbiddenInQuery.flatMap((name): Refusal[] => {
  const capital = name.replace(/^.|_./g, (letters) => letters.toUpperCase());
  const escaped = `${name.slice(0, -1)}%${name.charCodeAt(name.length - 1).toString(16)}`;
  const texts = [
    `${name}=${canary}`,
    `${capital}=${canary}`,
    `${name}=`,
    `${escaped}=${canary}`,
    `x=1&${name}=1`,
  ];
  return texts.map((text) => [`?${text}`, inQuery(text), 403, 'query_params_forbidden', 'query']);
});

function inQuery(text: string): CallerRequest {
  return ask({}, { path: `/v2/oauth/token?${text}` });
}

const credentials: Refusal[] = ['client_secret', 'client_assertion'].flatMap((name): Refusal[] => {
  const requests = [
    ask({ [name]: canary }),
    ask({ [name]: 7 }),
    ask({ [name]: {} }),
    askByForm(`&${name}=${canary}`),
  ];
  return requests.map((request) => [
    `${name} in ${request.body}`,
    request,
    400,
    'invalid_request',
    'credential_in_body',
    `Remove ${name}`,
  ]);
});

/** What each grant type needs. For a user either field will do, so the lack of both is told by one name. */
const required: Array<[grantType: string, change: typeof ask, names: string[]]> = [
  ['client_credentials', ask, ['grant_type']],
  ['user assertion', askForUser, ['grant_type', 'user_id']],
  ['retailer assertion', askForRetailer, ['grant_type', 'assertion']],
  ['authorization_code', link, ['grant_type', 'code', 'redirect_uri']],
];
const optional = ['client_id', 'scope', 'refused_token_sha256'];
const noText: Array<[string, unknown]> = [
  ['a number', 7],
  ['a boolean', true],
  ['a list', [canary]],
  ['an object', {}],
];

const fields: Refusal[] = required.flatMap(([grantType, change, names]): Refusal[] => [
  ...names.flatMap((name) => {
    const says = `${name === 'user_id' ? 'assertion' : name} is required`;
    return [
      wrongField(`${grantType} without ${name}`, change({ [name]: undefined }), says),
      wrongField(`${grantType} with an empty ${name}`, change({ [name]: '' }), says),
    ];
  }),
  ...[...names, ...optional, ...(grantType === 'authorization_code' ? ['code_verifier'] : [])].flatMap(
    (name) =>
      noText.map(([kind, value]) =>
        wrongField(`${grantType}: ${kind} as ${name}`, change({ [name]: value }), `${name} must be a string`),
      ),
  ),
]);

const noSeconds: Refusal[] = noText
  .slice(1)
  .map(([kind, value]) =>
    wrongField(`${kind} as min_ttl`, ask({ min_ttl: value }), 'min_ttl must be a whole number'),
  );

function wrongField(what: string, request: CallerRequest, says: string): Refusal {
  return [what, request, 400, 'invalid_request', 'field', says];
}

const paths = [
  '/',
  '/v1/oauth/token',
  '/v2/oauth',
  '/v2/oauth/token/',
  '/v2/oauth/tokens',
  '/v2/oauth/token/revoked',
  '/x/v2/oauth/token',
  '/V2/OAuth/Token',
].map((path): Refusal => [path, ask({}, { path }), 404, 'invalid_request', 'path']);

const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(
  (method): Refusal => [method, askBy(method), 405, 'invalid_request', 'method'],
);

/** fetch sends no body with GET. */
function askBy(method: string): CallerRequest {
  return ask({}, { method, ...(method === 'GET' && { body: '' }) });
}

const contentTypes = [
  'text/plain',
  'application/xml',
  'application/json5',
  'application/x-json',
  'text/json',
  'multipart/form-data; boundary=x',
  'application/json, text/plain',
  'application',
].map(
  (type): Refusal => [type, askWithHeaders({ 'content-type': type }), 415, 'invalid_request', 'content_type'],
);
const noContentType: Refusal = [
  'no content type',
  ask({}, { headers: {} }),
  415,
  'invalid_request',
  'content_type',
];

export const contractWalks: Refusal[] = [
  ...query,
  ...credentials,
  ...fields,
  ...noSeconds,
  ...paths,
  ...methods,
  ...contentTypes,
  noContentType,
];
