import { execFileSync } from 'node:child_process';

/** From 7.86 curl signs as AWS does: its headers in canonical form, and the port with the host. */
export function curlSigns(): boolean {
  const version = /^curl (\d+)\.(\d+)/.exec(outputOf('curl', '--version') ?? '');
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  return major > 7 || (major === 7 && minor >= 86);
}

/** What a command prints; undefined where it fails or does not exist. */
export function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
