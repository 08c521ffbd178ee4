/** What the stack's schedules send to their functions. Scheduler fills in what is in angle brackets. */
export const scheduleInput = {
  source: 'connect-token-vending.schedule',
  schedule_arn: '<aws.scheduler.schedule-arn>',
  scheduled_time: '<aws.scheduler.scheduled-time>',
  execution_id: '<aws.scheduler.execution-id>',
} as const;

/** Whether Scheduler sent this event for one of the stack's schedules. It catches mistakes; it is no security boundary. */
export function isScheduleEvent(event: unknown): boolean {
  const given = (event ?? {}) as Record<string, unknown>;
  return (
    given['source'] === scheduleInput.source &&
    String(given['schedule_arn']).startsWith('arn:') &&
    typeof given['scheduled_time'] === 'string' &&
    typeof given['execution_id'] === 'string'
  );
}
