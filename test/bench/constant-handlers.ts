import { Logger } from '@aws-lambda-powertools/logger';
import type { Handler } from './harness.ts';

type Line = { request_id: string; grant_type: string };

/** What each handler here is compared with: nothing but parse, one line, a constant answer. */
export function powertoolsHandler(): Handler {
  const logger = new Logger();
  return constantHandler((line) => logger.info('token request', line));
}

export function consoleHandler(): Handler {
  return constantHandler((line) => {
    const start = { level: 'INFO', message: 'token request', timestamp: new Date().toISOString() };
    console.log(JSON.stringify({ ...start, ...line }));
  });
}

function constantHandler(log: (line: Line) => void): Handler {
  return async (event) => {
    const { body, requestContext } = event as { body: string; requestContext: { requestId: string } };
    const { grant_type } = JSON.parse(body) as { grant_type: string };
    log({ request_id: requestContext.requestId, grant_type });
    return {
      statusCode: 200,
      headers: { 'Content-Type': 'application/json' },
      body: '{"access_token":"constant"}',
    };
  };
}
