import { expect } from 'vitest';
import { run, startAndStay } from './start-process.ts';

export type Seen = {
  line: string;
  /** The lines about the request that follow, but for the audit line. */
  below: string;
  audit: Record<string, unknown> | undefined;
};

export type DoorsBench = Awaited<ReturnType<typeof startDoorsBench>>;

/** What a door is for, which command it is, and what pressing it must show. */
export type DoorRow = [
  what: string,
  find: RegExp,
  press: (bench: DoorsBench, command: string) => Promise<void>,
];

/** The first of the doors, which asks for a token as everybody's example does. */
export const first = /^curl(?![\s\S]*\/revoke)[\s\S]*checkout-api[\s\S]*"scope":"connect:fulfillment"/;
export const forget = /\/forget$/;
export const hit =
  /^\S+ {2}200 {2}checkout-api {2}connect:fulfillment {2}expires in \d+ s {2}hit; detail=(table|memory); ttl=\d+ {2}\d+ ms {2}[\w-]{36}$/;

/** `npm start`, and every command that it prints, as a person pastes it into a shell. */
export async function startDoorsBench(home: string) {
  const stack = await startAndStay(['--audit'], home);

  async function paste(command: string): Promise<string> {
    const { code, stdout, stderr } = await run('sh', ['-c', command], { home });
    expect(code, `${command}\n${stderr}`).toBe(0);
    return stdout;
  }

  const list = /^curl (http:\S+\/)$/m.exec(stack.printed());
  const doors = [...new Set([...commandsIn(stack.printed()), ...commandsIn(await paste(list?.[0] ?? ''))])];

  function door(find: RegExp): string {
    const found = doors.filter((command) => find.test(command));
    expect(found, `${find}`).toHaveLength(1);
    return found[0] ?? '';
  }

  /** What the terminal says of the request that a command sends. */
  async function ask(command: string): Promise<Seen> {
    const before = stack.printed().length;
    await paste(command);
    const [, line = '', verdict, below = '', audit] = await stack.waitFor(
      /^(\d\d:\d\d:\d\d {2}\d{3} .*)\n(?: {10}(API Gateway: .*)\n|((?: {10}[^{].*\n)*) {10}(\{.*\})\n)/m,
      before,
    );
    return { line, below: verdict ?? below, audit: audit === undefined ? undefined : JSON.parse(audit) };
  }

  async function forgetAll(): Promise<void> {
    await paste(door(forget));
  }

  /** A request for which no instance and no table has a token. */
  async function askAnew(): Promise<Seen> {
    await forgetAll();
    return ask(door(first));
  }

  const control = list?.[1] ?? '';
  const { printed, waitFor, end } = stack;
  return { doors, door, paste, ask, askAnew, forget: forgetAll, control, printed, waitFor, end };
}

/** A command begins at the start of a line, and goes on after a backslash at the end of one. */
export function commandsIn(printed: string): string[] {
  return printed.match(/^(?:curl|export|npm|aws|AWS_\w+=)(?:.*\\\n)*.*$/gm) ?? [];
}
