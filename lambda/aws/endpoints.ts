/** Regions by their prefix, and the domain of their partition. Source: the SDK's own table of partitions. */
const domains: ReadonlyArray<readonly [prefix: string, domain: string]> = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['', 'amazonaws.com'],
];

/** A service's regional endpoint, or the one that `AWS_ENDPOINT_URL_…` names for it. */
export function endpointOf(service: string, region: string, override: string | undefined): URL {
  const [, domain] = domains.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return new URL(override || `https://${service}.${region}.${domain}`);
}
