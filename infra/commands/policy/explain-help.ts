export const explainHelp = `npm run policy -- explain --principal ARN --grant-type TYPE […]
npm run policy -- explain --line < LINE.json

Says whether the function allows a request, by which grants, or what it answers and which grant comes nearest.

  --principal ARN      the role or user, or its session as it stands in a log
  --grant-type TYPE    client_credentials, fulfillment_user_assertion, authorization_code or
                       urn:ietf:params:oauth:grant-type:retailer-json-bearer
  --client NAME        default: the one client that the caller is granted
  --scope SCOPE        may be repeated; left out, it means what it means to the function
  --user ID            with fulfillment_user_assertion
  --redirect-uri URI   with authorization_code
  --retailer-id ID     the header X-Retailer-Id
  --min-ttl SECONDS    default 0
  --line               reads one audit line, as JSON, from standard input, and says whether the policy still decides so
  --policy FILE        the policy file; default infra/policy.yaml
  --json               { "allow", "grants", "reason", "description", "nearest", … }

Exit status: 0 allowed, 1 denied, or not sure to be allowed from what an audit line says, 2 a mistake in a file or in the
options.
`;
