import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import type { Sleep } from './virtual-clock.ts';

const fault = { kind: 'fault', message: 'DynamoDB: InternalServerError' } as const;

/** Nothing works. */
export const brokenTable: TokenTable = { read: async () => fault, replace: async () => fault };

/** Reads work, writes do not. */
export function readOnly({ read }: TokenTable): TokenTable {
  return { ...brokenTable, read };
}

export type Trouble = 'fails' | 'answerIsLost' | undefined;

/** Each operation fails, or is carried out and its answer lost, as `trouble` says. Counts every try. */
export function flakyTable(table: TokenTable, trouble: (operation: 'read' | 'replace') => Trouble) {
  const tries = { reads: 0, writes: 0 };
  async function inTrouble<T>(operation: 'read' | 'replace', carryOut: () => Promise<T>) {
    const what = trouble(operation);
    if (what === 'fails') return fault;
    const result = await carryOut();
    return what === undefined ? result : fault;
  }
  const flaky: TokenTable = {
    read: (...of) => {
      tries.reads += 1;
      return inTrouble('read', () => table.read(...of));
    },
    replace: (...of) => {
      tries.writes += 1;
      return inTrouble('replace', () => table.replace(...of));
    },
  };
  return { table: flaky, tries };
}

/** Each operation takes its time: it is carried out in the middle of it. */
export function slowTable(table: TokenTable, sleep: Sleep, milliseconds: () => number): TokenTable {
  const slowly = async <T>(carryOut: () => Promise<T>): Promise<T> => {
    const halfMs = milliseconds() / 2;
    await sleep(halfMs);
    const result = await carryOut();
    await sleep(halfMs);
    return result;
  };
  return {
    read: (...of) => slowly(() => table.read(...of)),
    replace: (...of) => slowly(() => table.replace(...of)),
  };
}
