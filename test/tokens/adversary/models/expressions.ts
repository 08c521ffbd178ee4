import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import validations from 'dynalite/validations/index.js';
import { copyOf } from './copy.ts';
import { ServiceError } from './service-error.ts';

type Values = Record<string, AttributeValue>;
type WithExpressions = {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Values;
  UpdateExpression?: string;
  ConditionExpression?: string;
};
type Parsed = { _updates?: unknown; _condition?: unknown };

const parsed = new Map<string, { values: Values; trees: Parsed }>();

/**
 * Adds the trees of a command's expressions, as dynalite parses and validates them. Parsing costs more than all else
 * in a run, so a tree is kept and its values replaced.
 */
export function attachExpressions<T extends object>(command: T & WithExpressions): T & Parsed {
  const values = command.ExpressionAttributeValues ?? {};
  const key = JSON.stringify([
    command.UpdateExpression,
    command.ConditionExpression,
    command.ExpressionAttributeNames,
    Object.entries(values).map(([name, value]) => [name, kindOf(value)]),
  ]);
  let known = parsed.get(key);
  if (known === undefined) {
    known = { values, trees: parse(command) };
    parsed.set(key, known);
  }
  const replaced = new Map(Object.entries(known.values).map(([name, value]) => [value, values[name]]));
  const { _updates, _condition } = known.trees;
  return {
    ...command,
    ...(_updates !== undefined && { _updates: substitute(_updates, replaced) }),
    ...(_condition !== undefined && { _condition: substitute(_condition, replaced) }),
  };
}

/** The parser looks at a value's type, and at the text of one that names a type. */
function kindOf(value: AttributeValue): string {
  const [type = '', content] = Object.entries(value)[0] ?? [];
  return typeof content === 'string' && content.length <= 4 && type === 'S' ? `S ${content}` : type;
}

function parse(command: WithExpressions): Parsed {
  const data: WithExpressions & Parsed = { ...command };
  const mistake = validations.validateExpressions(data);
  if (mistake === undefined) return data;
  throw new ServiceError('ValidationException', mistake);
}

function substitute(tree: unknown, replaced: ReadonlyMap<object, unknown>): unknown {
  if (typeof tree !== 'object' || tree === null) return tree;
  if (replaced.has(tree)) return copyOf(replaced.get(tree));
  if (Array.isArray(tree)) return tree.map((part) => substitute(part, replaced));
  return Object.fromEntries(Object.entries(tree).map(([name, part]) => [name, substitute(part, replaced)]));
}
