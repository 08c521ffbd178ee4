/**
 * The fields of the one line per request. Path, query and user agent are not among them, because a caller may have put
 * a secret there; nor is `$context.error.message`, which names ARNs.
 */
const fields = {
  request_id: '$context.requestId',
  extended_request_id: '$context.extendedRequestId',
  time: '$context.requestTimeEpoch',
  stage: '$context.stage',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  source_ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  account: '$context.identity.accountId',
  status: '$context.status',
  error_type: '$context.error.responseType',
  response_length: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  function_status: '$context.integration.status',
  function_latency_ms: '$context.integration.latency',
  function_request_id: '$context.integration.requestId',
};

export const accessLogFormat = JSON.stringify(fields);
