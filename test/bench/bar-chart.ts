import { escapeXml } from '../support/svg.ts';

export type BarChart = { title: string; bars: ReadonlyArray<{ name: string; value: number }> };

const width = 720;
const left = 300;
const longest = 340;
const rowHeight = 30;

/** Horizontal bars from 0, each with its name and its value to two places, as SVG. */
export function barChart({ title, bars }: BarChart): string {
  const height = 56 + bars.length * rowHeight;
  const most = Math.max(...bars.map(({ value }) => value));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${width / 2}" y="24" font-size="16" font-weight="bold" text-anchor="middle">${escapeXml(title)}</text>`,
    ...bars.map(({ name, value }, index) => {
      const top = 44 + index * rowHeight;
      const length = Math.max(0, (value / most) * longest).toFixed(1);
      return [
        `<text x="${left - 10}" y="${top + 16}" text-anchor="end">${escapeXml(name)}</text>`,
        `<rect x="${left}" y="${top}" width="${length}" height="22" fill="#0072b2"/>`,
        `<text x="${left + Number(length) + 8}" y="${top + 16}">${value.toFixed(2)}</text>`,
      ].join('\n');
    }),
    '</svg>\n',
  ].join('\n');
}
