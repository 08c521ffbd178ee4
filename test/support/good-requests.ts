import { canary } from './canary.ts';
import { type CallerName, callback } from './world.ts';

/** A request to send as one of the callers. */
export type CallerRequest = {
  as: CallerName;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
};

export const userGrant = 'fulfillment_user_assertion';
export const retailerGrant = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';
export const assertionOf = (user: unknown) => Buffer.from(JSON.stringify(user)).toString('base64');

type Good = { as: CallerName; fields: Record<string, unknown> };

/** One good request for each grant type, by a caller that is granted it. */
const good = {
  client_credentials: { as: 'checkout', fields: { scope: 'connect:fulfillment' } },
  [userGrant]: { as: 'storefront', fields: { scope: 'connect:post_checkout', user_id: 'guest' } },
  [retailerGrant]: { as: 'storefront', fields: { scope: 'connect:recommendations', assertion: canary } },
  authorization_code: {
    as: 'linker',
    fields: { scope: 'account_linking', code: canary, redirect_uri: callback },
  },
} satisfies Record<string, Good>;

type Change = (fields?: Record<string, unknown>, rest?: Partial<CallerRequest>) => CallerRequest;

/** A good request with some `fields` of its body changed (undefined: left out), or something else of it. */
function changed(grantType: keyof typeof good): Change {
  const { as, fields: goodFields } = good[grantType];
  return (fields = {}, rest = {}) => ({
    as,
    method: 'POST',
    path: '/v2/oauth/token',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'acme', grant_type: grantType, ...goodFields, ...fields }),
    ...rest,
  });
}

export const ask = changed('client_credentials');
export const askForUser = changed(userGrant);
export const askForRetailer = changed(retailerGrant);
export const link = changed('authorization_code');

/** The good client_credentials request as a form, with `more` after it. */
export function askByForm(more = ''): CallerRequest {
  return ask(
    {},
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=acme&scope=connect%3Afulfillment${more}`,
    },
  );
}

export function askWithHeaders(headers: Record<string, string>): CallerRequest {
  return ask({}, { headers: { 'content-type': 'application/json', ...headers } });
}
