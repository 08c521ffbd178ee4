import * as z from 'zod';
import { adviseOnType, text } from '../../../infra/files/fields.ts';
import { readConfiguration } from './configuration-file.ts';

const pair = 'write client_id and client_secret below it';

const schema = z.record(
  z.string(),
  z.strictObject(
    {
      client_id: text("write the client's id", /^.+$/),
      client_secret: text("write the client's secret", /^.+$/),
    },
    { error: ({ input }) => adviseOnType(input, pair) },
  ),
  { error: ({ input }) => adviseOnType(input, "write each secret by the policy's secretName or secretArn") },
);

/** The secrets of the policy's clients, by name or ARN. */
export type Secrets = z.infer<typeof schema>;

/** Reads the clients' credentials. Throws ConfigurationError. */
export function readSecrets(file: string): Secrets {
  return readConfiguration(file, { schema, example: 'test/local/cli/secrets.yaml' });
}
