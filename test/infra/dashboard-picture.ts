import type { Template } from 'aws-cdk-lib/assertions';
import { escapeXml } from '../support/svg.ts';
import { only } from './resources.ts';

export type Widget = {
  type: 'text' | 'metric';
  x: number;
  y: number;
  width: number;
  height: number;
  properties: {
    markdown?: string;
    title?: string;
    metrics?: Array<Array<string | { label?: string; expression?: string }>>;
    annotations?: { horizontal: Array<{ value: number; label: string }> };
    yAxis?: { left: { label: string } };
  };
};

/** The widgets of the template's dashboard. References to resources read as their logical ids. */
export function widgetsOf(template: Template): Widget[] {
  const { DashboardBody } = only(template, 'AWS::CloudWatch::Dashboard');
  const text = DashboardBody['Fn::Join'][1]
    .map((part: string | { Ref?: string }) => (typeof part === 'string' ? part : (part.Ref ?? 'resource')))
    .join('');
  return JSON.parse(text).widgets;
}

/** Pixels of one unit of CloudWatch's grid, which is 24 units wide. */
const unit = { x: 40, y: 26 };
const margin = 4;

/** Where each widget stands and which lines it draws, as SVG. CloudWatch draws the values. */
export function dashboardPicture(widgets: readonly Widget[]): string {
  const bottom = Math.max(...widgets.map(({ y, height }) => y + height));
  const [width, height] = [24 * unit.x, bottom * unit.y];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    "<title>The dashboard's rows and graphs</title>",
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    ...widgets.map(draw),
    '</svg>\n',
  ].join('\n');
}

function draw({ type, x, y, width, height, properties }: Widget): string {
  const [left, top] = [x * unit.x, y * unit.y];
  if (type === 'text') {
    const title = escapeXml((properties.markdown ?? '').replace(/^#+ /, ''));
    return `<text x="${left + 2 * margin}" y="${top + unit.y - 2 * margin}" font-size="16" font-weight="bold">${title}</text>`;
  }
  const frame =
    `<rect x="${left + margin}" y="${top + margin}" width="${width * unit.x - 2 * margin}" ` +
    `height="${height * unit.y - 2 * margin}" rx="3" fill="#fff" stroke="#d5dbdb"/>`;
  const lines = [properties.title ?? '', ...seriesOf(properties)].map((text, index) => {
    const style = index === 0 ? 'font-weight="bold"' : 'fill="#545b64"';
    return `<text x="${left + 4 * margin}" y="${top + 26 + index * 22}" ${style}>${escapeXml(text)}</text>`;
  });
  return [frame, ...lines].join('\n');
}

function seriesOf({ metrics = [], annotations, yAxis }: Widget['properties']): string[] {
  const series = metrics.map((metric) => {
    const more = metric.find((part) => typeof part === 'object');
    if (more?.expression === undefined) return more?.label ?? String(metric[1]);
    const [, dimension, name] = /,service,(\w+)\} MetricName="(\w+)"/.exec(more.expression) ?? [];
    return `${name}, a line for each ${dimension}`;
  });
  const expected = (annotations?.horizontal ?? []).map(({ label, value }) => `${label}: ${value}`);
  return [...series, ...expected].map((text) => `— ${text}`).concat(`axis: ${yAxis?.left.label}, from 0`);
}
