import type { Client } from '../../../lambda/policy/policy.ts';
import type { Checked } from './check.ts';
import type { Unchecked } from './tokens.ts';

export type Findings = {
  client: Client;
  /** Where the pair came from. */
  file: string;
  checked: readonly Checked[];
  unchecked: readonly Unchecked[];
};

/** What a log line says of a failed mint, in its order. */
const evidence = ['upstream_status', 'upstream_error', 'system_error', 'failed_check', 'attempts'];

export function report(findings: Findings): string {
  const { client, checked, unchecked } = findings;
  const rows = [
    ['scope', 'result', 'SHA-256 of the token', 'lifetime'],
    ...checked.map((one) => [nameOf(one), resultOf(one), one.tokenSha256 ?? '', lifetimeOf(one)]),
    ...unchecked.map(({ scopes, needs }) => [nameOf({ scopes }), `not checked: needs ${needs}`, '', '']),
  ];
  return [`${client.name} at ${client.baseUrl}`, '', ...table(rows), '', ...nextSteps(findings), ''].join(
    '\n',
  );
}

/** Field names are those of the log. */
export function reportJson({ client, checked, unchecked }: Findings): string {
  const document = {
    client: client.name,
    base_url: client.baseUrl,
    checked: checked.map(({ scopes, retailerId, works, tokenSha256, lifetimeSeconds, fields }) => ({
      scopes,
      retailer_id: retailerId,
      works,
      token_sha256: tokenSha256,
      lifetime_seconds: lifetimeSeconds,
      ...(!works && { mint: fields['mint'], ...evidenceOf(fields) }),
    })),
    not_checked: unchecked.map(({ scopes, grantType, needs }) => ({ scopes, grant_type: grantType, needs })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function nameOf({
  scopes,
  retailerId,
}: {
  scopes: readonly string[];
  retailerId?: string | undefined;
}): string {
  const name = scopes.length === 0 ? '(unscoped)' : scopes.join(' ');
  return retailerId === undefined ? name : `${name}, X-Retailer-Id ${retailerId}`;
}

function resultOf({ works, fields }: Checked): string {
  if (works) return 'works';
  const words = Object.entries(evidenceOf(fields)).map(([name, value]) => `${name} ${value}`);
  return [fields['mint'], ...words].join(', ');
}

function evidenceOf(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    evidence.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  );
}

function lifetimeOf({ lifetimeSeconds }: Checked): string {
  return lifetimeSeconds === undefined ? '' : `${lifetimeSeconds} s`;
}

function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function nextSteps({ client, file, checked }: Findings): string[] {
  const failed = checked.filter(({ works }) => !works).length;
  if (failed > 0) {
    return [
      `${failed} of ${checked.length} tokens were not minted: do not put this pair into the secret yet.`,
      'docs/operating.md says what each word means, under "Reasons" and "What came back from Connect".',
    ];
  }
  const source = file === '-' ? 'pair.json' : file;
  return [
    'Every token was minted. To put the pair into the secret:',
    '',
    `  aws secretsmanager put-secret-value --secret-id ${client.secretId} --secret-string ${quote(`file://${source}`)}`,
    '',
    'This ran from here: the network that the functions use was not checked. Delete the file afterwards.',
  ];
}

/** For a POSIX shell, where that is needed. */
function quote(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
