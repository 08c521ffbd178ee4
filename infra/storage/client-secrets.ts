import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ClientSecret } from '../policy/compile.ts';

/** What a function needs to read secrets. AWS's own aws/secretsmanager key needs no permission. */
export type SecretAccess = { secretArns: readonly string[]; keyArns: readonly string[] };

/**
 * The clients' secrets: made here, or imported by ARN. What is made outlives the stack (but not a first deployment
 * that fails: the next one would find the names taken), as Connect shows a client secret once; a stack that is set up
 * anew takes it over by `secretArn` and `kmsKeyArn`.
 */
export class ClientSecrets extends Construct {
  /** Made here, and empty until an operator fills them in. */
  readonly made: Secret[] = [];
  key: Key | undefined;
  private readonly entries: Array<{ client: string; secretArn: string; keyArn: string | undefined }> = [];

  constructor(scope: Construct, id: string, secrets: readonly ClientSecret[]) {
    super(scope, id);
    for (const secret of secrets) {
      const { client } = secret;
      if ('arn' in secret) {
        this.entries.push({ client, secretArn: secret.arn, keyArn: secret.kmsKeyArn });
        continue;
      }
      this.key ??= this.makeKey();
      const { secretArn } = this.makeSecret(secret, this.key);
      this.entries.push({ client, secretArn, keyArn: this.key.keyArn });
    }
  }

  /** For the secrets of those clients, or of all. */
  access(clients?: readonly string[]): SecretAccess {
    const entries = this.entries.filter(({ client }) => clients?.includes(client) ?? true);
    const keyArns = entries.flatMap(({ keyArn }) => keyArn ?? []);
    return { secretArns: entries.map(({ secretArn }) => secretArn), keyArns: [...new Set(keyArns)] };
  }

  private makeKey(): Key {
    return new Key(this, 'Key', {
      description: 'Encrypts the client secrets of Instacart Connect',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** The placeholder shows what to fill in; without a client_id the function takes it for "not set yet". */
  private makeSecret({ client, name }: { client: string; name: string }, encryptionKey: Key): Secret {
    // Identified by its name: a client that is called otherwise keeps its secret.
    const secret = new Secret(this, name.replaceAll('/', '|'), {
      secretName: name,
      description: `Instacart Connect's client_id and client_secret for the client ${client} of the policy`,
      encryptionKey,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ client_id: '' }),
        generateStringKey: 'client_secret',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Only Instacart can issue a new pair, by cloning the application; the function notices the new version.',
    });
    this.made.push(secret);
    return secret;
  }
}
