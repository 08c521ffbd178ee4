import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';

/** A name of your own for the API. */
export type Domain = {
  name: string;
  /** Covers the name; in the stack's account and region. */
  certificate: ICertificate;
  /**
   * The zone of the alias record. Not with a private endpoint, whose record differs between VPCs.
   * @default - no record: you make it
   */
  hostedZone?: IHostedZone | undefined;
};

/** `regional` is open to the internet. A private API is reached through VPC endpoints for `execute-api` alone. */
export type Endpoint =
  | 'regional'
  | {
      /** Endpoints of the stack's own account. */
      vpcEndpoints: readonly IVpcEndpoint[];
      /**
       * Ids of other accounts' endpoints. They are let in, and their accounts associate them with the domain.
       * @default - none
       */
      otherVpcEndpointIds?: readonly string[] | undefined;
    };

/** How strictly API Gateway compares a request's host name and kind of endpoint with the API's. */
export type AccessMode = 'STRICT' | 'BASIC';

export type AddressProps = {
  domain?: Domain | undefined;
  endpoint?: Endpoint | undefined;
  disableExecuteApiEndpoint?: boolean | undefined;
  endpointAccessMode?: AccessMode | undefined;
};

/** The ids of the VPC endpoints that are let in; undefined where every network is. */
export function vpcEndpointIds(endpoint: Endpoint): string[] | undefined {
  if (endpoint === 'regional') return undefined;
  const own = endpoint.vpcEndpoints.map(({ vpcEndpointId }) => vpcEndpointId);
  return [...own, ...(endpoint.otherVpcEndpointIds ?? [])];
}

/** Throws where no caller could reach the API, or a setting would have no effect. */
export function checkAddress({
  domain,
  endpoint = 'regional',
  disableExecuteApiEndpoint,
}: AddressProps): void {
  if (disableExecuteApiEndpoint && domain === undefined)
    throw new Error('disableExecuteApiEndpoint leaves the API without a name: give it a domain too.');
  if (endpoint === 'regional') return;
  if (vpcEndpointIds(endpoint)?.length === 0)
    throw new Error('A private endpoint needs the VPC endpoints that callers come through.');
  if (domain?.hostedZone !== undefined)
    throw new Error(
      'The record of a private domain points to a VPC endpoint, in a private hosted zone of its VPC: make it yourself.',
    );
}
