import { styleText } from 'node:util';
import { readPolicy } from '../../policy/compile.ts';
import { runCommand } from '../command-line.ts';
import { check } from './check.ts';
import { type Check, help, readOptions } from './options.ts';
import { readPairFrom } from './pair-source.ts';
import { report, reportJson } from './report.ts';
import { clientToCheck, tokensOf } from './tokens.ts';

/** Mints with a pair that is not in use yet. Returns the exit status: 0 where every token was minted. */
async function checkPair({ file, client: wanted, policyFile, json }: Check): Promise<number> {
  const { policy } = readPolicy(policyFile);
  const client = clientToCheck(policy, wanted);
  const tokens = tokensOf(policy, client);
  const { pair, warning } = await readPairFrom(file);
  if (warning !== undefined)
    process.stderr.write(`${styleText('yellow', warning, { stream: process.stderr })}\n`);
  const checked = await check(pair, tokens.checkable);
  const findings = { client, file, checked, unchecked: tokens.unchecked };
  process.stdout.write(json ? reportJson(findings) : report(findings));
  return checked.every(({ works }) => works) ? 0 : 1;
}

await runCommand((args) => {
  const options = readOptions(args);
  if (options !== 'help') return checkPair(options);
  process.stdout.write(help);
  return 0;
});
