import { parseCallerArn } from '../../../lambda/http/caller.ts';
import type { Identity } from '../../../lambda/policy/principal.ts';
import { standInCallers } from '../../grants/callers.ts';
import { parsePrincipal } from '../../policy/principals.ts';
import { UsageError } from '../command-line.ts';

/** Reads one role or user: as a policy has it, or a session as it stands in a log. Throws UsageError. */
export function readIdentity(arn: string): Identity {
  const identity = readWho(arn);
  if (!arn.endsWith('*')) return identity;
  throw new UsageError(`${arn} stands for many roles: write the ARN of one role, or of its session`);
}

/** The same, or a principal that ends in `*`: an identity that stands for everybody whom it matches. */
export function readWho(arn: string): Identity {
  const caller = parseCallerArn(arn);
  if (caller !== undefined) {
    const { partition, account, kind, name } = caller;
    return { partition, account, kind, name };
  }
  const parsed = parsePrincipal(arn);
  if ('problem' in parsed) throw new UsageError(`${arn}: ${parsed.problem}`);
  const [standIn] = standInCallers([parsed.principal]);
  if (standIn === undefined) throw new Error('Every principal matches somebody');
  return standIn.identity;
}
