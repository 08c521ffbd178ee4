/** What is vended. `scope` is absent where neither the caller nor Connect named one. */
export const tokenSchema = {
  type: 'object',
  required: ['access_token', 'token_type', 'created_at', 'expires_in'],
  properties: {
    access_token: { type: 'string', minLength: 1 },
    token_type: { const: 'Bearer' },
    created_at: {
      type: 'integer',
      description:
        "The time of the answer, in epoch seconds. created_at + expires_in is never later than the token's end.",
    },
    expires_in: { type: 'integer', minimum: 0, description: 'The remaining life, in whole seconds.' },
    scope: {
      type: 'string',
      minLength: 1,
      description: 'The scopes, separated by spaces; absent where neither you nor Connect named one.',
    },
  },
};
