import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { accountIdRule, partitionRule } from '../lambda/protocol/names.ts';
import { ConfigurationError, type Finding, formatPath, type Path } from './files/problems.ts';
import { isObject, schemaFindings } from './files/schema-findings.ts';
import { readSource, type Source } from './files/source.ts';
import { readText } from './files/text-file.ts';

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

const allSettings =
  'write its settings: stackName, policy, throttling, memoryMegabytes, logRetentionDays and apiGatewayAccountRole';

const stageSchema = z.strictObject(
  {
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
  },
  { error: allSettings },
);

/** The settings of one stage, from `cdk.json`. */
export type Settings = z.output<typeof stageSchema> & {
  terminationProtection: boolean;
  /** Also the stage's name in the URL. */
  stage: string;
};

/** A file with the settings of all stages: its name in messages, and where in it `stages` is. */
type SettingsFile = Source & { name: string; root: Path };
const inCdkJson = { name: 'cdk.json', root: ['context'] } as const;

/** The file of the settings, for the positions of mistakes; undefined where the app runs elsewhere. */
export function readCdkJson(): Source | undefined {
  return existsSync('cdk.json') ? readSource(readText('cdk.json'), 'cdk.json') : undefined;
}

/**
 * Reads the settings from the context of `cdk.json` and `-c key=value`, or those of `-c settings=FILE` in place of the
 * stages in `cdk.json`. Throws ConfigurationError.
 */
export function readSettings(context: (key: string) => unknown, cdkJson?: Source): Settings {
  const name = context('settings');
  if (typeof name !== 'string') return readStage(context, cdkJson && { ...cdkJson, ...inCdkJson });
  const file = { ...readSource(readText(name), name), name, root: [] };
  const { stages, ...others } = isObject(file.value) ? file.value : {};
  const findings = Object.keys(others).map((key) => {
    return { path: [key], at: 'key', text: 'no such key: write stages' } as const;
  });
  if (findings.length > 0) throw new ConfigurationError(name, file.locate(findings));
  const settings = readStage((key) => (key === 'stages' ? stages : context(key)), file);
  const { policy } = settings;
  const isFromFile = context('policy') === undefined && !isAbsolute(policy);
  return { ...settings, policy: isFromFile ? join(dirname(name), policy) : policy };
}

function readStage(context: (key: string) => unknown, file?: SettingsFile): Settings {
  const { name, root } = file ?? inCdkJson;
  const refuse = (findings: readonly Finding[]): never => {
    const inRoot = findings.map((finding) => ({ ...finding, path: [...root, ...finding.path] }));
    const placeless = inRoot.map(({ path, text }) => ({ path: formatPath(path), text }));
    throw new ConfigurationError(name, file?.locate(inRoot) ?? placeless);
  };
  const stages = context('stages') ?? {};
  if (!isObject(stages)) {
    return refuse([{ path: ['stages'], text: 'write the stages, each with its settings' }]);
  }
  refuseUnusableNames(stages, refuse);
  const wanted = context('stage');
  if (typeof wanted !== 'string' || !Object.hasOwn(stages, wanted)) {
    const known = Object.keys(stages);
    const choice =
      known.length === 0 ? `${name} ${formatPath([...root, 'stages'])} has none yet` : known.join(' or ');
    const text = `write the name of a stage: ${choice}`;
    const { context: inFile } = (file?.value ?? {}) as { context?: { stage?: unknown } };
    if (file === undefined || inFile?.stage === wanted) refuse([{ path: ['stage'], text }]);
    throw new ConfigurationError(`-c stage=${String(wanted)}`, [{ path: '', text }]);
  }
  refuseSharedStackName(stages, wanted, refuse);
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

type Refuse = (findings: readonly Finding[]) => never;

/** A stage's name is a part of the URL. */
function refuseUnusableNames(stages: object, refuse: Refuse): void {
  const unusable = Object.keys(stages).filter((name) => !/^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(name));
  const text = 'name a stage with up to 128 letters, digits, - and _, starting with a letter';
  if (unusable.length > 0) refuse(unusable.map((name) => ({ path: ['stages', name], text, at: 'key' })));
}

/** Deploying one of the stages would replace the other. */
function refuseSharedStackName(stages: Record<string, unknown>, stage: string, refuse: Refuse): void {
  const nameOf = (one: unknown) => (isObject(one) ? one['stackName'] : undefined);
  const stackName = nameOf(stages[stage]);
  const other = Object.keys(stages).find((name) => name !== stage && nameOf(stages[name]) === stackName);
  if (other === undefined || stackName === undefined) return;
  const text = `the stage ${other} has the same name: write another`;
  refuse([{ path: ['stages', stage, 'stackName'], text }]);
}

function count(most: number, least = 1) {
  const error = `write a whole number, ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}
