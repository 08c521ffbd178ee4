import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ClientSecret } from '../policy/compile.ts';
import { arnOf, literalArn, type Readable, type ReadPolicy, readPolicies } from './read-policies.ts';
import { denyGrantsToOthers } from './service-grants.ts';

/**
 * The clients' secrets: the stack creates them, or imports them by ARN. Created secrets outlive the stack, as Connect
 * shows a client secret only once; but not a first deployment that fails, or the next one would find the names taken.
 * A new stack takes over existing secrets by `secretArn` and `kmsKeyArn`.
 */
export class ClientSecrets extends Construct {
  /** Created by this stack, and empty until an operator fills them in. */
  readonly created: Secret[] = [];
  key: Key | undefined;
  private readonly secrets: Readable[] = [];

  constructor(scope: Construct, id: string, secrets: readonly ClientSecret[]) {
    super(scope, id);
    for (const secret of secrets) {
      if ('arn' in secret) {
        // AWS's own key aws/secretsmanager is absent here: nobody needs a permission for it.
        const key = secret.kmsKeyArn === undefined ? undefined : literalArn(secret.kmsKeyArn);
        this.secrets.push({ secret: literalArn(secret.arn), key });
        continue;
      }
      this.key ??= this.createKey();
      const { secretArn } = this.createSecret(secret, this.key);
      this.secrets.push({
        secret: arnOf(secretArn, 'secretsmanager', `secret:${secret.name}-AbCdEf`),
        key: arnOf(this.key.keyArn, 'kms', 'key/11112222-3333-4444-5555-666677778888'),
      });
    }
  }

  /** Grants read access to the secrets of all clients. Throws TooManySecrets. */
  grantRead(role: Role): void {
    for (const [index, policy] of readPolicies(this.secrets).entries()) {
      const statements = this.readStatements(policy);
      if (index === 0) for (const statement of statements) role.addToPrincipalPolicy(statement);
      else new ManagedPolicy(role, `MoreSecrets${index}`, { roles: [role], statements });
    }
  }

  private readStatements({ secrets, keys }: ReadPolicy): PolicyStatement[] {
    const read = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets,
    });
    const decrypt = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['kms:Decrypt'],
      resources: keys,
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` },
      },
    });
    return [...(secrets.length > 0 ? [read] : []), ...(keys.length > 0 ? [decrypt] : [])];
  }

  private createKey(): Key {
    const key = new Key(this, 'Key', {
      description: 'Encrypts the client secrets of Instacart Connect',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    key.addToResourcePolicy(denyGrantsToOthers());
    return key;
  }

  /**
   * Empty: whenever a value in the template changes, CloudFormation writes a new version over the pair that an operator
   * has put. Source: AWS CloudFormation, "AWS::SecretsManager::Secret", SecretString and GenerateSecretString.
   */
  private createSecret({ client, name }: { client: string; name: string }, encryptionKey: Key): Secret {
    // The secret's name is its construct id: a client that is renamed keeps its secret.
    const secret = new Secret(this, name.replaceAll('/', '|'), {
      secretName: name,
      description: `Instacart Connect's client_id and client_secret for the client ${client} of the policy`,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // CDK generates a value where none is given.
    (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Only Instacart can issue a new pair, by cloning the application; the function notices the new version.',
    });
    this.created.push(secret);
    return secret;
  }
}
