import { Duration, Lazy, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** All that the functions do with items. */
const used = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];

/**
 * Whatever reads, writes or copies items; transactions are authorised as the actions they consist of. Not what
 * administers the table: nobody is to be locked out of deploying, describing or deleting it.
 */
const itemActions = [
  ...used,
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
 * The tokens that every instance shares, with their leases, and the clients' back-off. A cache: it goes with the
 * stack, and what was in it is minted again.
 */
export class TokenTable extends Construct {
  readonly table: Table;
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
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      resourcePolicy: this.keepOutOthers(),
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'A cache: every item can be minted again, and a backup would keep tokens for longer than they live.',
    });
  }

  /** Lets the role read and write items; the table's own policy denies them to every other identity. */
  grantUse(role: Role): void {
    this.roleArns.push(role.roleArn);
    role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: used, resources: [this.table.tableArn] }),
    );
    // DynamoDB decrypts the table's own key in the name of who reads or writes, and needs no more than that.
    role.addToPolicy(
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
   * Many identities of an account may read every table: administrators, auditors, AWS's own ReadOnlyAccess. Here the
   * items are tokens, so an explicit deny overrides them all. There is no circular dependency: the roles' permissions
   * are policies of their own.
   */
  private keepOutOthers(): PolicyDocument {
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'KeepOutOthers',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: itemActions,
          // This table: a policy cannot name the ARN of what it is a part of.
          resources: ['*'],
          conditions: {
            ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => this.roleArns }) },
          },
        }),
      ],
    });
  }
}
