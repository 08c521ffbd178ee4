/**
 * Lambda puts the keys of a function's role into its environment. In the bundle this stands in for the SDK's own
 * chain of providers: profiles, SSO and metadata services are never there, and weigh 130 kB.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
