import type { Settings } from '../../infra/settings.ts';

export const domainName = 'tokens.shop.example';
export const own = 'vpce-0123456789abcdef0';
export const other = 'vpce-0fedcba9876543210';
const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';
export const domain = { name: domainName, certificateArn };
export const hostedZone = { id: 'Z0123456789ABCDEFGHIJ', name: 'shop.example' };
const endpoint = { vpcEndpointIds: [own], otherVpcEndpointIds: [other] };

/** Every kind of address that the settings can describe. */
export const addresses = {
  regional: {},
  'regional with a domain': { domain },
  'regional with a domain and its zone': { domain: { ...domain, hostedZone } },
  'execute-api closed': { domain: { ...domain, hostedZone }, disableExecuteApiEndpoint: true },
  private: { endpoint },
  'private with a domain': { domain, endpoint },
} satisfies Record<string, Partial<Settings>>;
