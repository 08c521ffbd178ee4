import { vi } from 'vitest';
import { type Measured, readEmbeddedMetrics } from './embedded-metrics.ts';

export type AuditLine = Record<string, unknown>;

/** Reads the audit lines among the lines that a function has printed so far. */
export function createAuditReader(lines: readonly string[]) {
  const printed = (part: string) =>
    lines.filter((line) => /"token (?:request|revocation)"/.test(line) && line.includes(part));

  /** A request's one audit line: written before the answer, it may arrive after it from the function's own thread. */
  async function auditOf({ headers }: { headers: Headers }): Promise<AuditLine> {
    const part = `"request_id":"${headers.get('x-amzn-requestid')}"`;
    return vi.waitFor(
      () => {
        const [line, ...more] = printed(part);
        if (line === undefined || more.length > 0) throw new Error('A request has one audit line');
        return JSON.parse(line) as AuditLine;
      },
      { interval: 2 },
    );
  }

  return {
    audits: () => printed('').map((line) => JSON.parse(line) as AuditLine),
    auditOf,
    /** What CloudWatch would have measured of this one request. */
    metricsOf: async (answer: { headers: Headers }): Promise<Measured[]> =>
      readEmbeddedMetrics([JSON.stringify(await auditOf(answer))]),
    /** What CloudWatch would have measured of all requests, or since a mark: a number of lines. */
    metrics: (since = 0): Measured[] => readEmbeddedMetrics(lines.slice(since)),
  };
}
