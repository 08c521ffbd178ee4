import type { HttpAnswer, SentRequest } from '../http-globals.ts';
import type { Instance } from '../instance.ts';
import type { Timeline } from '../timeline.ts';
import type { Fault, Trouble } from '../trouble.ts';
import { exchangeWithAws, failure, type Reply, readSent } from './aws-front.ts';
import { carryOut, type Item, type ItemCommand, isOperation, type Operation } from './dynamodb-engine.ts';

export type TableModelOptions = {
  timeline: Timeline;
  trouble: Trouble;
  random: () => number;
  /** After each change that a function has made. */
  onWrite: (pk: string, item: Item | undefined) => void;
  onCall: (instance: Instance, operation: string) => void;
  /** The code under test did what it may not do. */
  forbid: (what: string) => void;
};

/** DynamoDB with the token table in it: conditional writes are atomic, and calls may be lost in each way there is. */
export function createTableModel({ timeline, trouble, random, onWrite, onCall, forbid }: TableModelOptions) {
  const items = new Map<string, Item>();
  /** Requests that were carried out and whose answer was lost: the next like it is answered. */
  const doubled = new Set<string>();

  function receive(instance: Instance, sent: SentRequest): Promise<HttpAnswer> {
    const { operation, input } = readSent(sent);
    if (!isOperation(operation)) return refuse(`DynamoDB: ${operation}`);
    if (operation === 'GetItem' && input['ConsistentRead'] !== true) return refuse('an eventual read');
    onCall(instance, operation);
    const fault = trouble.met('table');
    const tookMs = 2 + 8 * random();
    return exchangeWithAws({
      timeline,
      instance,
      sent,
      wayThereMs: tookMs,
      carryOut: () => replyTo({ fault, operation, input, body: sent.body, tookMs }),
    });
  }

  function refuse(what: string): Promise<never> {
    forbid(what);
    return Promise.reject(new Error(`The table's model does not know ${what}`));
  }

  type Call = {
    fault: Fault | undefined;
    operation: Operation;
    input: ItemCommand;
    body: string;
    tookMs: number;
  };

  function replyTo({ fault, operation, input, body, tookMs }: Call): Reply {
    switch (fault?.kind) {
      case undefined:
        return perform(operation, input, tookMs);
      case 'throttled':
        return failure('ProvisionedThroughputExceededException', tookMs);
      case 'lost':
        return undefined;
      case 'answerLost':
        perform(operation, input, tookMs);
        return undefined;
      case 'doubled': {
        const reply = perform(operation, input, tookMs);
        if (doubled.delete(body)) return reply;
        doubled.add(body);
        return undefined;
      }
      case 'slow':
        return perform(operation, input, 100 + 380 * random());
      default:
        return failure('InternalServerError', tookMs, 500);
    }
  }

  /** Carried out now; told when the answer arrives. */
  function perform(operation: Operation, input: ItemCommand, afterMs: number): Reply {
    const pk = input.Key?.['pk']?.S ?? '';
    try {
      const body = carryOut(items, operation, input);
      if (operation === 'UpdateItem') onWrite(pk, items.get(pk));
      return { afterMs, status: 200, body };
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'ValidationException') forbid(`DynamoDB: ${message}`);
      return failure(name, afterMs);
    }
  }

  return { items, receive };
}
