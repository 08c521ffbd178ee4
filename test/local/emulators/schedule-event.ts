import { randomUUID } from 'node:crypto';
import { scheduleInput } from '../../../lambda/protocol/schedule-event.ts';

/** An invocation of the stack's schedule: EventBridge Scheduler fills in its input. */
export function scheduleEvent(): typeof scheduleInput {
  const text = JSON.stringify(scheduleInput)
    .replace(
      '<aws.scheduler.schedule-arn>',
      'arn:aws:scheduler:us-east-1:111122223333:schedule/group/refresh',
    )
    .replace('<aws.scheduler.scheduled-time>', new Date().toISOString())
    .replace('<aws.scheduler.execution-id>', randomUUID());
  return JSON.parse(text) as typeof scheduleInput;
}
