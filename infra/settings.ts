import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { accountIdRule, partitionRule } from '../lambda/protocol/names.ts';

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

const stageSchema = z.strictObject({
  stackName: z
    .string({ error: 'write a name such as connect-token-vending' })
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, {
      error: 'write a name of up to 64 letters, digits and -, starting with a letter',
    }),
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
  /** Whether to set the account's CloudWatch role for API Gateway, which all its APIs in the region share. */
  apiGatewayAccountRole: z.boolean({ error: 'write true or false' }),
  alarmTopicArn: z
    .string({ error: 'write the ARN of an SNS topic' })
    .regex(new RegExp(`^arn:${partitionRule}:sns:[a-z0-9-]+:${accountIdRule}:[\\w\\-]{1,256}$`), {
      error: 'write the ARN of an SNS topic',
    })
    .optional(),
});

/** The settings of one stage, from `cdk.json`. */
export type Settings = z.output<typeof stageSchema> & {
  /** Also the stage's name in the URL. */
  stage: string;
};

/** A setting cannot be used. The message has one line per problem, for the user to read as it is. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/** Reads the settings from the context of `cdk.json` and `-c key=value`. Throws SettingsError. */
export function readSettings(context: (key: string) => unknown): Settings {
  const stages: unknown = context('stages') ?? {};
  const names = Object.keys(stages as object);
  const unusable = names.find((name) => !/^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(name));
  if (unusable !== undefined) {
    throw new SettingsError(
      `cdk.json context.stages.${unusable}: name a stage with up to 128 letters, digits, - and _, starting with a letter`,
    );
  }
  const stage = names.find((name) => name === context('stage'));
  if (stage === undefined) {
    const choice = names.length === 0 ? 'cdk.json context.stages has none yet' : names.join(' or ');
    throw new SettingsError(`cdk.json context.stage: write the name of a stage: ${choice}`);
  }
  refuseSharedStackName(stages as Record<string, { stackName?: unknown }>, stage);
  const given = (stages as Record<string, unknown>)[stage];
  const policy = context('policy');
  const parsed = stageSchema.safeParse(
    typeof given === 'object' && policy !== undefined ? { ...given, policy } : given,
  );
  if (parsed.success) return { ...parsed.data, stage };
  const where = `cdk.json context.stages.${stage}`;
  throw new SettingsError(parsed.error.issues.flatMap((issue) => describe(issue, where)).join('\n'));
}

/** Deploying one of the stages would replace the other. */
function refuseSharedStackName(stages: Record<string, { stackName?: unknown } | null>, stage: string): void {
  const stackName = stages[stage]?.stackName;
  const other = Object.keys(stages).find((name) => name !== stage && stages[name]?.stackName === stackName);
  if (other === undefined || stackName === undefined) return;
  throw new SettingsError(
    `cdk.json context.stages.${stage}.stackName: the stage ${other} has the same name: write another`,
  );
}

function describe(issue: z.core.$ZodIssue, where: string): string[] {
  const path = [where, ...issue.path].join('.');
  if (issue.code !== 'unrecognized_keys') return [`${path}: ${issue.message}`];
  return issue.keys.map((key) => `${path}.${key}: no such setting: remove it`);
}

function count(most: number, least = 1) {
  const error = `write a whole number, ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}
