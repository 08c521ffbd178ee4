import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { Domain, Endpoint } from './api/address.ts';

/** A domain in plain data. */
export type DomainSetting = {
  name: string;
  certificateArn: string;
  hostedZone?: { id: string; name: string } | undefined;
};

/** An endpoint in plain data. */
export type EndpointSetting =
  | 'regional'
  | { vpcEndpointIds: readonly string[]; otherVpcEndpointIds?: readonly string[] | undefined };

export function importDomain(
  scope: Construct,
  { name, certificateArn, hostedZone: zone }: DomainSetting,
): Domain {
  const certificate = Certificate.fromCertificateArn(scope, 'Certificate', certificateArn);
  if (zone === undefined) return { name, certificate };
  const attributes = { hostedZoneId: zone.id, zoneName: zone.name };
  return { name, certificate, hostedZone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', attributes) };
}

export function importEndpoint(scope: Construct, endpoint: EndpointSetting): Endpoint {
  if (endpoint === 'regional') return endpoint;
  const { vpcEndpointIds, otherVpcEndpointIds } = endpoint;
  const vpcEndpoints = vpcEndpointIds.map((vpcEndpointId) =>
    InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, {
      vpcEndpointId,
      port: 443,
    }),
  );
  return { vpcEndpoints, otherVpcEndpointIds };
}
