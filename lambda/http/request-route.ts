import { descriptions, revocationPath, tokenPath } from '../protocol/contract.ts';
import { type ApiEvent, queryNames, routePath } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';

/** A path of the service. Each takes POST only. */
export type Route = typeof tokenPath | typeof revocationPath;

/** Checks the query, the path and the method, in this order. Throws an OAuthError. */
export function readRoute(event: ApiEvent): Route {
  rejectQuery(event);
  const path = routePath(event);
  if (path !== tokenPath && path !== revocationPath) throw new OAuthError('path', descriptions.noSuchPath);
  if (event.httpMethod !== 'POST') throw new OAuthError('method', 'Use POST.', { Allow: 'POST' });
  return path;
}

export const forbiddenInQuery = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'assertion',
  'refresh_token',
  'token',
  'access_token',
]);

function rejectQuery(event: ApiEvent): void {
  if (!queryNames(event).some((name) => forbiddenInQuery.has(name.toLowerCase()))) return;
  throw new OAuthError(
    'query',
    'Query strings end up in logs: send token request fields in the body, and rotate every secret that was in the query.',
  );
}
