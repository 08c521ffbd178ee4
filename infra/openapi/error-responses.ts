import { type Reason, reasons } from '../../lambda/http/oauth-error.ts';
import type { ErrorBody, ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { gatewayResponses } from '../api/gateway-responses.ts';
import { errorExamples } from './error-examples.ts';
import { headersOf } from './headers.ts';
import { type OperationName, reasonsOf } from './operation-reasons.ts';

/** What every error has. Each status allows some of the codes and reasons. */
export const errorSchema = {
  type: 'object',
  required: ['error', 'error_description', 'request_id'] satisfies Array<keyof ErrorBody>,
  properties: {
    error: { type: 'string', description: 'Stable: branch on it.' },
    error_description: {
      type: 'string',
      description:
        'What to change, for people. If the function answered, the reason stands at its end: "(reason: scope)".',
    },
    request_id: {
      type: 'string',
      minLength: 1,
      description: 'Give it to the operators when you ask them for help.',
    },
  },
};

/** What a status means, and whether to try again. */
const meanings: Record<number, string> = {
  400: 'The request is wrong. Fix it.',
  403: 'The policy does not grant this, the request is not signed as it must be, or it has fields in its query.',
  404: 'There is no such path.',
  405: 'The method is not POST.',
  413: "The body is larger than 16 kB. Over 6 MB, AWS's own answer has another format and none of these headers.",
  415: 'The content type is neither JSON nor a form.',
  429: 'API Gateway throttles. Try again after Retry-After seconds.',
  500: 'This service is misconfigured or has a bug. Tell the operators.',
  502: 'Connect refused this service or gave no usable answer. Tell the operators.',
  503: 'Connect, AWS or this service is throttled or down. Try again after Retry-After seconds.',
  504: 'Out of time. Try again, but never with the same authorization_code.',
};

/** An operation's error responses by status: the function's, and those that API Gateway gives by itself. */
export function errorResponses(operation: OperationName): Record<string, object> {
  const statuses = new Set([
    ...reasonsOf(operation).map((reason) => reasons[reason].status),
    ...gatewayResponses.flatMap(({ status }) => status ?? []),
  ]);
  const responses = [...statuses].map((status) => [status, errorResponse(operation, status)]);
  const others = gatewayResponses.filter(({ status }) => status === undefined);
  return { ...Object.fromEntries(responses), '4XX': anyOther(new Set(others.map(({ error }) => error))) };
}

function errorResponse(operation: OperationName, status: number): object {
  const own = reasonsOf(operation).filter((reason) => reasons[reason].status === status);
  const gateway = gatewayResponses.filter((response) => response.status === status);
  const codes = new Set([...own.map((reason) => reasons[reason].code), ...gateway.map(({ error }) => error)]);
  const listed = [...codes].map((code) => {
    const why = own.filter((reason) => reasons[reason].code === code);
    return `- \`${code}\`${why.length > 0 ? `, reasons ${why.join(', ')}` : ''}`;
  });
  return {
    description: [meanings[status], '', ...listed].join('\n'),
    headers: headersOf(status),
    content: json(schemaOf(codes, own, gateway.length > 0), errorExamples(operation, status)),
  };
}

function anyOther(codes: ReadonlySet<ErrorCode>): object {
  return {
    description: 'API Gateway refused the request. Fix it.',
    headers: headersOf(400),
    content: json(schemaOf(codes, [], true)),
  };
}

/** A description without a reason is API Gateway's. */
function schemaOf(codes: ReadonlySet<ErrorCode>, own: readonly Reason[], isGatewaysToo: boolean): object {
  const ends = [
    ...(own.length > 0 ? [`\\(reason: (?:${own.join('|')})\\)$`] : []),
    ...(isGatewaysToo ? ['^(?!.*\\(reason: )'] : []),
  ];
  return {
    allOf: [{ $ref: '#/components/schemas/Error' }],
    properties: { error: { enum: [...codes] }, error_description: { pattern: ends.join('|') } },
  };
}

function json(schema: object, examples: object = {}): object {
  return { 'application/json': { schema, ...examples } };
}
