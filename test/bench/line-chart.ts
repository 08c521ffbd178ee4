import { escapeXml } from '../support/svg.ts';

/** One line of a chart: its points from left to right. */
export type Series = { name: string; points: ReadonlyArray<readonly [x: number, y: number]> };

type Axis = { title: string; ticks: readonly number[]; isLogarithmic?: boolean; unit?: string };

export type LineChart = { title: string; x: Axis; y: Axis; series: readonly Series[] };

const [width, height] = [720, 360];
const plot = { left: 80, right: 700, top: 92, bottom: 300 };
/** Told apart by people who do not see every colour too (Okabe and Ito), on the white that the chart brings along. */
const colours = ['#0072b2', '#d55e00', '#009e73'];

/** The chart as SVG. Ticks are in ascending order, and the first and the last one are the ends of their axis. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const across = scale(x, plot.left, plot.right);
  const up = scale(y, plot.bottom, plot.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    label(title, width / 2, 24, 'font-size="16" font-weight="bold" text-anchor="middle"'),
    ...series.map(({ name }, index) => legend(name, index, series.length)),
    ...y.ticks.map((tick) => rule(up(tick))),
    ...y.ticks.map((tick) => label(tickText(tick, y), plot.left - 8, up(tick) + 4, 'text-anchor="end"')),
    ...x.ticks.map((tick) => label(tickText(tick, x), across(tick), plot.bottom + 20, middle)),
    label(x.title, (plot.left + plot.right) / 2, height - 14, middle),
    label(y.title, plot.left - 8, plot.top - 16, 'text-anchor="end"'),
    // The first series last, so that it lies above the others.
    ...series
      .map(({ points }, index) =>
        line(
          points.map(([at, value]) => [across(at), up(value)]),
          index,
        ),
      )
      .toReversed(),
    '</svg>\n',
  ].join('\n');
}

const middle = 'text-anchor="middle"';

function scale({ ticks, isLogarithmic = false }: Axis, from: number, to: number): (value: number) => number {
  const place = isLogarithmic ? Math.log : (value: number) => value;
  const [first, last] = [place(ticks[0] ?? 0), place(ticks.at(-1) ?? 1)];
  return (value) => from + ((place(value) - first) / (last - first)) * (to - from);
}

function tickText(tick: number, { unit = '' }: Axis): string {
  return `${tick.toLocaleString('en-US')}${unit}`;
}

function label(text: string, left: number, top: number, style: string): string {
  return `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}" ${style}>${escapeXml(text)}</text>`;
}

function rule(top: number): string {
  return `<line x1="${plot.left}" x2="${plot.right}" y1="${top.toFixed(1)}" y2="${top.toFixed(1)}" stroke="#ddd"/>`;
}

function legend(name: string, index: number, count: number): string {
  const left = plot.left + (index * (plot.right - plot.left)) / count;
  return `<rect x="${left}" y="40" width="12" height="12" fill="${colours[index]}"/>\n${label(name, left + 18, 51, '')}`;
}

function line(points: ReadonlyArray<readonly number[]>, index: number): string {
  const at = points.map((point) => point.map((part) => part.toFixed(1)).join(','));
  const dots = at.map((point) => {
    const [left, top] = point.split(',');
    return `<circle cx="${left}" cy="${top}" r="3.5" fill="${colours[index]}"/>`;
  });
  return [
    `<polyline points="${at.join(' ')}" fill="none" stroke="${colours[index]}" stroke-width="2"/>`,
    ...dots,
  ].join('\n');
}
