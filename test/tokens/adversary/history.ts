import type { Timeline } from './timeline.ts';

export type Violation = { rule: string; what: string; at: number };

export type History = ReturnType<typeof createHistory>;

const keptLines = 60;

/** What has happened last, and what was wrong. */
export function createHistory(timeline: Timeline, applies: (rule: string) => boolean) {
  const start = timeline.now();
  const lines: Array<{ at: number; text: string }> = [];
  const violations: Violation[] = [];

  return {
    violations,
    note: (text: string): void => {
      lines.push({ at: timeline.now() - start, text });
      if (lines.length > 2 * keptLines) lines.splice(0, keptLines);
    },
    violate: (rule: string, what: string): void => {
      if (applies(rule)) violations.push({ rule, what, at: timeline.now() - start });
    },
    last: (): string[] => lines.slice(-keptLines).map(({ at, text }) => `${timeText(at)}  ${text}`),
  };
}

/** Hours, minutes and seconds since the run began. */
export function timeText(ms: number): string {
  const seconds = (ms / 1000).toFixed(3).padStart(9);
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')} (${seconds.trim()} s)`;
}
