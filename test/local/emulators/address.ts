import type { IncomingMessage } from 'node:http';

/** The names under which API Gateway answers for the API, and the networks that it answers to. */
export type Address = {
  /** `private`: through VPC endpoints alone. Default: regional. */
  endpoint?: 'regional' | 'private';
  /** A domain that is mapped to the API, at its root or under a base path. */
  domain?: { name: string; basePath?: string };
  /** Whether API Gateway's own name is closed. */
  disableExecuteApiEndpoint?: boolean;
};

/** Where a request arrived: the name it was sent to and, if it came through one, the VPC endpoint's id. */
export type Arrival = { host: string; sourceVpce: string | undefined; basePath: string };

/**
 * Undefined where API Gateway knows no API for the request: it then answers Forbidden, in a text of its own. A VPC endpoint
 * leads to private APIs alone, and the internet to the others. Sources: Amazon API Gateway, "Private REST APIs"; AWS
 * re:Post, "Why do I get an HTTP 403 Forbidden error when connecting to my API Gateway APIs from a VPC?"; Amazon API
 * Gateway, "Disable the default endpoint for REST APIs".
 */
export function arrive(
  { headers, url = '/' }: IncomingMessage,
  sourceVpce: string | undefined,
  { endpoint = 'regional', domain, disableExecuteApiEndpoint = false }: Address,
): Arrival | undefined {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  if ((sourceVpce !== undefined) !== (endpoint === 'private')) return undefined;
  if (domain === undefined || host !== domain.name)
    return disableExecuteApiEndpoint ? undefined : { host, sourceVpce, basePath: '' };
  const basePath = domain.basePath === undefined ? '' : `/${domain.basePath}`;
  const isMapped = new RegExp(`^${RegExp.escape(basePath)}(?:[/?]|$)`).test(url);
  return isMapped ? { host, sourceVpce, basePath } : undefined;
}
