import { Duration, Lazy, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { denyGrantsToOthers } from './service-grants.ts';

/** Everything that the functions do with items. */
const usedActions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];

/**
 * Every action that reads, writes or copies items; AWS authorises a transaction as the actions in it. Administrators
 * stay able to deploy, describe and delete the table.
 */
const itemActions = [
  ...usedActions,
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLSelect',
  'dynamodb:PartiQLUpdate',
  'dynamodb:CreateBackup',
  'dynamodb:EnableKinesisStreamingDestination',
  'dynamodb:ExportTableToPointInTime',
  'dynamodb:RestoreTableToPointInTime',
];

/**
 * AWS Backup copies a table by dynamodb:StartAwsBackupJob, which a table's policy cannot name: DynamoDB refuses the whole
 * policy. It decrypts the items as the backup role, whose sessions are called `AWSBackup-ROLE` in CloudTrail; the name is
 * not documented, so SECURITY.md says what else to do. Sources: Amazon DynamoDB, "DynamoDB API operations supported by
 * resource-based policies"; AWS managed policy AWSBackupServiceRolePolicyForBackup, KMSDynamoDBPermissions.
 */
const backupSessions = '*:AWSBackup-*';

/**
 * The tokens and leases that all instances share, and the clients' circuit breakers. It is a cache: the table is deleted
 * with the stack, and the functions mint its tokens again.
 */
export class TokenTable extends Construct {
  private readonly table: Table;
  private readonly key: Key;
  private readonly roleArns: string[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the Instacart Connect tokens in the token table',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.key.addToResourcePolicy(denyAwsBackup());
    this.key.addToResourcePolicy(denyGrantsToOthers());
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      resourcePolicy: this.denyAllButTheFunctions(),
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'A cache: every item can be minted again, and a backup would keep tokens for longer than they live.',
    });
  }

  get name(): string {
    return this.table.tableName;
  }

  /** Grants the role to read and write items. The table's own policy denies both to every other identity. */
  grantUse(role: IRole): void {
    this.roleArns.push(role.roleArn);
    role.addToPrincipalPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: usedActions, resources: [this.table.tableArn] }),
    );
    // DynamoDB decrypts the table's own key on behalf of the caller, which needs no other permission for the key.
    role.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['kms:Decrypt'],
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.amazonaws.com` },
        },
      }),
    );
  }

  /**
   * Many identities of an account may read every table: administrators, auditors, AWS's own ReadOnlyAccess. These items
   * are tokens, so an explicit deny overrides those permissions. The table can refer to the roles without a circular
   * dependency, because the roles' permissions are policies of their own.
   */
  private denyAllButTheFunctions(): PolicyDocument {
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'KeepOutOthers',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: itemActions,
          // `*` is this table: its policy cannot name its own ARN.
          resources: ['*'],
          conditions: {
            ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => this.roleArns }) },
          },
        }),
      ],
    });
  }
}

function denyAwsBackup(): PolicyStatement {
  return new PolicyStatement({
    sid: 'KeepOutAwsBackup',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    // `*` is this key.
    resources: ['*'],
    conditions: { StringLike: { 'aws:userid': backupSessions } },
  });
}
