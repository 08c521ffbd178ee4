import { describe, expect, it } from 'vitest';
import { mintsChart, rideThroughChart, warmVendChart } from './charts.ts';
import { lineChart } from './line-chart.ts';

const points = (svg: string) =>
  [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, at = '']) =>
    at.split(' ').map((point) => point.split(',').map(Number)),
  );

describe('a chart', () => {
  it('puts the ends of its axes at the ends of its plot, and halves where they belong', () => {
    const axis = { title: 'x', ticks: [1, 10, 100], isLogarithmic: true };
    const across = [1, 10, 100].map((value) => [value, value] as const);
    const svg = lineChart({ title: 'T', x: axis, y: axis, series: [{ name: 'one', points: across }] });
    const [first = [], half = [], last = []] = points(svg)[0] ?? [];
    expect(half).toEqual([0, 1].map((at) => ((first[at] ?? 0) + (last[at] ?? 0)) / 2));
    expect(first[0]).toBeLessThan(last[0] ?? 0);
    expect(first[1]).toBeGreaterThan(last[1] ?? 0);
  });

  it('escapes what a name may hold', () => {
    const axis = { title: 'a < b', ticks: [0, 1] };
    expect(lineChart({ title: 'a & b', x: axis, y: axis, series: [] })).toMatch(/a &amp; b[\s\S]*a &lt; b/);
  });

  it('of mints has a line each for the service, for one cache an instance and for the minimum, by fleet size', () => {
    const fleet = { tokens: 1, mints: 99, 'theoretical minimum': 90, '`min_ttl` in hours': 0 };
    const ratio = 'one cache an instance ÷ minimum';
    const rows = [
      { ...fleet, instances: 1_000, [ratio]: '1000' },
      { ...fleet, instances: 1, [ratio]: '1' },
      { ...fleet, instances: 10, tokens: 20, [ratio]: '1' },
      { ...fleet, instances: 10, '`min_ttl` in hours': 12, [ratio]: '1' },
    ];
    const lines = points(mintsChart(rows).svg);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.flat().every(Number.isFinite)).toBe(true);
    const [least = [], caches = [], ours = []] = lines;
    expect(least[0]?.[1]).toBe(least[1]?.[1]);
    expect(caches[0]?.[1]).toBe(least[0]?.[1]);
    expect(caches[1]?.[1]).toBeLessThan(ours[1]?.[1] ?? 0);
  });

  it('of an outage has a point for each length of it', () => {
    const row = (minutes: number, share: string) => ({
      'minutes down': minutes,
      'share served': share,
      'share served by a cache that renews at the end': '90.00 %',
    });
    const [other = [], ours = []] = points(rideThroughChart([row(60, '100.00 %'), row(360, '95.00 %')]).svg);
    expect(ours[0]?.[1]).toBeLessThan(ours[1]?.[1] ?? 0);
    expect(other[0]?.[1]).toBe(other[1]?.[1]);
  });

  it('of a warm vend has a bar for the whole and for each part', () => {
    const rows = ['constant handler', '**warm vend**', 'of it: parse'].map((what, index) => ({
      what,
      CPU: String(index + 1),
    }));
    const { svg } = warmVendChart(rows);
    expect(svg).not.toContain('constant handler<');
    expect([...svg.matchAll(/<rect x="300" y="\d+" width="([\d.]+)"/g)].map(([, width]) => width)).toEqual([
      '226.7',
      '340.0',
    ]);
  });
});
