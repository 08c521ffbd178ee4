import * as z from 'zod';
import { accountIdRule, partitionRule } from '../lambda/protocol/names.ts';

const certificateAdvice = 'write the ARN of a certificate of AWS Certificate Manager';
const labelRule = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostNameRule = new RegExp(`^(?=.{1,253}$)${labelRule}(?:\\.${labelRule})+$`);
const zoneAdvice = 'write { "id": "Z0123456789ABCDEFGHIJ", "name": "shop.example" }';
const endpointAdvice = 'write "regional", or { "vpcEndpointIds": ["vpce-0123456789abcdef0"] }';

function text(pattern: RegExp, advice: string) {
  return z.string({ error: advice }).regex(pattern, { error: advice, abort: true });
}

function hostName(example: string) {
  return text(hostNameRule, `write a host name in lower case without a dot at its end, such as ${example}`);
}

function endpointIds() {
  const advice = 'write the ids of VPC endpoints, such as ["vpce-0123456789abcdef0"]';
  return z
    .array(text(/^vpce-[0-9a-f]{8,17}$/, 'write the id of a VPC endpoint, such as vpce-0123456789abcdef0'), {
      error: advice,
    })
    .min(1, { error: advice })
    .refine((ids) => new Set(ids).size === ids.length, { error: 'an id is in this list twice: keep one' });
}

const domainSchema = z
  .strictObject(
    {
      name: hostName('tokens.shop.example'),
      certificateArn: text(
        new RegExp(`^arn:${partitionRule}:acm:[a-z0-9-]+:${accountIdRule}:certificate/[\\w-]{1,64}$`),
        certificateAdvice,
      ),
      /** Where the alias record goes. Without it the record is somebody else's to make. */
      hostedZone: z
        .strictObject(
          {
            id: text(/^Z[A-Z0-9]{1,31}$/, 'write the id of a hosted zone, Z…'),
            name: hostName('shop.example'),
          },
          { error: zoneAdvice },
        )
        .optional(),
    },
    { error: 'write { "name": "tokens.shop.example", "certificateArn": "arn:aws:acm:…" }' },
  )
  .superRefine(({ name, hostedZone }, context) => {
    if (hostedZone === undefined || `.${name}`.endsWith(`.${hostedZone.name}`)) return;
    const message = `${name} is not in this zone: write the zone that has it`;
    context.addIssue({ code: 'custom', path: ['hostedZone', 'name'], message });
  });

/** The settings of the API's address. `checkAddressSettings` looks at them together. */
export const addressSettings = {
  domain: domainSchema.optional(),
  endpoint: z
    .union(
      [
        z.literal('regional'),
        z.strictObject(
          { vpcEndpointIds: endpointIds(), otherVpcEndpointIds: endpointIds().optional() },
          { error: endpointAdvice },
        ),
      ],
      { error: endpointAdvice },
    )
    .optional(),
  disableExecuteApiEndpoint: z.boolean({ error: 'write true or false' }).optional(),
  endpointAccessMode: z.enum(['STRICT', 'BASIC'], { error: 'write STRICT or BASIC' }).optional(),
};

type AddressSettings = z.output<z.ZodObject<typeof addressSettings>> & { alarmTopicArn?: string | undefined };

/** What only several settings together tell. */
export function checkAddressSettings(settings: AddressSettings, context: z.RefinementCtx): void {
  const { domain, endpoint = 'regional', disableExecuteApiEndpoint, alarmTopicArn } = settings;
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (disableExecuteApiEndpoint && domain === undefined)
    refuse(['disableExecuteApiEndpoint'], 'the API would have no name: write a domain too, or false');
  if (domain === undefined) return;
  const [region, topicRegion] = [domain.certificateArn, alarmTopicArn].map((arn) => arn?.split(':')[3]);
  if (topicRegion !== undefined && topicRegion !== region)
    refuse(
      ['domain', 'certificateArn'],
      `the certificate is in ${region} and the alarm topic in ${topicRegion}: write those of the stack's region`,
    );
  if (endpoint !== 'regional' && domain.hostedZone !== undefined)
    refuse(
      ['domain', 'hostedZone'],
      'the record of a private domain points to a VPC endpoint: remove this, and make the record yourself',
    );
}
