export const tokenRequestExamples = {
  application: { grant_type: 'client_credentials', scope: 'connect:fulfillment' },
  job: {
    client_id: 'acme',
    grant_type: 'client_credentials',
    scope: 'connect:fulfillment',
    min_ttl: 3_600,
  },
  refused: {
    grant_type: 'client_credentials',
    scope: 'connect:fulfillment',
    refused_token_sha256: '115c869597610e42c22db807bddd776cde33c4669a4f1d2ee05f0cc135c354b5',
  },
  user: { grant_type: 'fulfillment_user_assertion', scope: 'connect:post_checkout', user_id: 'shopper-1' },
  retailer: {
    grant_type: 'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
    scope: 'connect:recommendations',
    assertion: 'THE-ASSERTION',
  },
  code: {
    grant_type: 'authorization_code',
    scope: 'account_linking',
    code: 'THE-CODE',
    redirect_uri: 'https://shop.example/instacart/callback',
    code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  },
};

const accessToken = 'COACpi891yExTAqxnI39nh8MO7NIWIxF-ZHeT-rflGk';

export const revocationRequestExamples = { token: { client_id: 'acme', token: accessToken } };

export const tokenExample = {
  access_token: accessToken,
  token_type: 'Bearer',
  created_at: 1_795_623_096,
  expires_in: 86_399,
  scope: 'connect:fulfillment',
};
