import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { accountIdRule, partitionRule } from '../lambda/protocol/names.ts';
import { addressSettings, checkAddressSettings } from './address-settings.ts';
import type { Finding } from './files/problems.ts';
import { isObject, schemaFindings } from './files/schema-findings.ts';
import { deploymentStyles } from './functions/deployment.ts';
import { refuseAt, type SettingsFile } from './settings-file.ts';
import {
  refuseSharedAccountRole,
  refuseSharedStackName,
  refuseUnusableNames,
  wantedStage,
} from './stages.ts';

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

const allSettings =
  'write its settings: stackName, policy, throttling, memoryMegabytes, logRetentionDays and apiGatewayAccountRole';

const stageSchema = z
  .strictObject(
    {
      stackName: z
        .string({ error: 'write a name such as connect-token-vending' })
        .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, {
          error: 'write a name of up to 64 letters, digits and -, starting with a letter',
        })
        // The name begins that of the parameter with the URL.
        .regex(/^(?!aws|ssm)/i, { error: 'AWS keeps names that begin with aws or ssm: write another' }),
      /** The path of the policy file; `-c policy=FILE` overrides it. */
      policy: z
        .string({ error: 'write the path of the policy file' })
        .min(1, 'write the path of the policy file'),
      throttling: z.strictObject(
        { requestsPerSecond: count(10_000), burst: count(5_000) },
        { error: 'write { "requestsPerSecond": 100, "burst": 200 }' },
      ),
      /** Lambda gives CPU in proportion. With less, a cold start alone can take longer than the token table may. */
      memoryMegabytes: count(10_240, 512),
      logRetentionDays: z.literal(retentions as number[], { error: `write one of ${retentions.join(', ')}` }),
      /** How often the refresh function runs. A longer interval would waste much of a token's renewal window. */
      refreshMinutes: count(15).default(15),
      /** Instances of the vend function that run at once. Default: no limit but the account's. */
      reservedConcurrency: count(10_000).optional(),
      /** The age of a client secret at which the alarm SecretAge fires. Instacart flags credentials at six months. */
      secretAgeAlarmDays: count(3650).default(150),
      /** Whether to set the account's CloudWatch role for API Gateway, which all its APIs in the region share. */
      apiGatewayAccountRole: z.boolean({ error: 'write true or false' }),
      alarmTopicArn: z
        .string({ error: 'write the ARN of an SNS topic' })
        .regex(new RegExp(`^arn:${partitionRule}:sns:[a-z0-9-]+:${accountIdRule}:[\\w\\-]{1,256}$`), {
          error: 'write the ARN of an SNS topic',
        })
        .optional(),
      /** Encrypts all log groups. */
      logKeyArn: z
        .string({ error: 'write the ARN of a KMS key' })
        .regex(new RegExp(`^arn:${partitionRule}:kms:[a-z0-9-]+:${accountIdRule}:key/[\\w-]{1,128}$`), {
          error: 'write the ARN of a KMS key',
        })
        .optional(),
      /** Whether API Gateway and the functions send traces to X-Ray: they hold each request's URL with its query. */
      tracing: z.boolean({ error: 'write true or false' }).optional(),
      /** Whether CloudFormation refuses to delete the stack. Default: in a stage called production. */
      terminationProtection: z.boolean({ error: 'write true or false' }).optional(),
      /** How requests move to a new version of the vend function. */
      deployment: z
        .enum(deploymentStyles, { error: `write one of ${deploymentStyles.join(', ')}` })
        .optional(),
      ...addressSettings,
    },
    { error: allSettings },
  )
  .superRefine(checkAddressSettings);

/** The settings of one stage. */
export type Settings = z.output<typeof stageSchema> & {
  terminationProtection: boolean;
  /** Also the stage's name in the URL. */
  stage: string;
};

/** Reads the settings of the stage that `-c stage=NAME` names. Throws ConfigurationError. */
export function readSettings(context: (key: string) => unknown, file: SettingsFile): Settings {
  const refuse = (findings: readonly Finding[]) => refuseAt(file, findings);
  const { stages } = file;
  if (!isObject(stages)) {
    return refuse([{ path: ['stages'], text: 'write the stages, each with its settings' }]);
  }
  refuseUnusableNames(stages, refuse);
  const wanted = wantedStage(context('stage'), stages, file);
  refuseSharedStackName(stages, wanted, refuse);
  refuseSharedAccountRole(stages, wanted, refuse);
  const given = stages[wanted];
  const policy = context('policy');
  const settings = isObject(given) && policy !== undefined ? { ...given, policy } : given;
  const findings = schemaFindings(stageSchema, settings);
  if (findings.length > 0) {
    return refuse(findings.map((finding) => ({ ...finding, path: ['stages', wanted, ...finding.path] })));
  }
  const { terminationProtection = wanted === 'production', ...rest } = stageSchema.parse(settings);
  return { ...rest, terminationProtection, stage: wanted };
}

function count(most: number, least = 1) {
  const error = `write a whole number, ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}
