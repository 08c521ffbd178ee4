import { type DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { Instance } from '../instance.ts';
import { callService, type Outcome } from '../service-call.ts';
import type { Timeline } from '../timeline.ts';
import type { Fault, Trouble } from '../trouble.ts';
import { carryOut, type Item, type ItemCommand, isOperation, type Operation } from './dynamodb-engine.ts';
import { abortedError, awsFault, type SdkCommand, type SendOptions } from './sdk-errors.ts';

/** What an attempt of the SDK's waits for an answer. */
const attemptMs = 500;

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

  async function send(
    instance: Instance,
    client: DynamoDBClient,
    command: SdkCommand,
    options?: SendOptions,
  ) {
    const operation = command.constructor.name;
    const input = command.input as ItemCommand;
    if (!isOperation(operation)) return refuse(`DynamoDB: ${operation}`);
    if (operation === 'GetItemCommand' && input['ConsistentRead'] !== true) return refuse('an eventual read');
    onCall(instance, operation);
    const attempts = await client.config.maxAttempts();
    const fault = trouble.met('table');
    const tookMs = 2 + 8 * random();
    return callService({
      timeline,
      instance,
      wayThereMs: tookMs,
      carryOut: () => outcomeOf({ fault, operation, input, attempts, tookMs }),
      signal: options?.abortSignal,
      aborted: abortedError,
      connectionLost: () => awsFault(DynamoDBServiceException, 'ECONNRESET'),
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
    attempts: number;
    tookMs: number;
  };

  function outcomeOf({ fault, operation, input, attempts, tookMs }: Call): Outcome<object> {
    const fail = (name: string, afterMs: number): Outcome<object> => ({
      afterMs,
      answer: () => {
        throw awsFault(DynamoDBServiceException, name);
      },
    });
    if (fault === undefined) return { afterMs: tookMs, answer: perform(operation, input) };
    const untilTimeoutMs = attemptMs * attempts;
    switch (fault.kind) {
      case 'throttled':
        return fail('ProvisionedThroughputExceededException', 60 * attempts);
      case 'lost':
        return fail('TimeoutError', untilTimeoutMs);
      case 'answerLost':
        perform(operation, input);
        return fail('TimeoutError', untilTimeoutMs);
      case 'doubled':
        perform(operation, input);
        return { afterMs: attemptMs + tookMs, answer: perform(operation, input) };
      case 'slow':
        return { afterMs: 100 + 380 * random(), answer: perform(operation, input) };
      default:
        return fail('InternalServerError', 25 * attempts);
    }
  }

  /** Carried out now; told when the answer arrives. */
  function perform(operation: Operation, input: ItemCommand): () => object {
    const pk = (input.Key ?? input.Item)?.['pk']?.S ?? '';
    try {
      const result = carryOut(items, operation, input);
      if (operation !== 'GetItemCommand') onWrite(pk, items.get(pk));
      return () => result;
    } catch (error) {
      if ((error as Error).name === 'ValidationException') forbid(`DynamoDB: ${(error as Error).message}`);
      return () => {
        throw error;
      };
    }
  }

  return { items, send };
}
