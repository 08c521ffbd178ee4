import { randomUUID } from 'node:crypto';

/** As the stack's schedule sends it. */
export function scheduleEvent(): object {
  return {
    source: 'connect-token-vending.schedule',
    schedule_arn: 'arn:aws:scheduler:us-east-1:111122223333:schedule/default/refresh',
    scheduled_time: new Date().toISOString(),
    execution_id: randomUUID(),
  };
}
