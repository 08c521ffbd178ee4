import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queries } from '../../infra/dashboard/queries.ts';
import { dashboardPicture, widgetsOf } from './dashboard-picture.ts';
import { all } from './resources.ts';
import { template } from './synthesise.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const stack = template(read('infra/policy.yaml'));
const widgets = widgetsOf(stack);

describe('the dashboard', () => {
  it('looks as docs/dashboard.svg shows', async () => {
    await expect(dashboardPicture(widgets)).toMatchFileSnapshot('../../docs/dashboard.svg');
  });

  it('fills its rows from edge to edge, and nothing overlaps', () => {
    const squares = new Set<string>();
    for (const { x, y, width, height } of widgets)
      for (let column = x; column < x + width; column++)
        for (let row = y; row < y + height; row++) squares.add(`${column} ${row}`);
    const area = widgets.reduce((sum, { width, height }) => sum + width * height, 0);
    const bottom = Math.max(...widgets.map(({ y, height }) => y + height));
    expect([squares.size, area]).toEqual([24 * bottom, 24 * bottom]);
  });

  it('has a title, an axis that says what it counts, and at least one line in each graph', () => {
    for (const { type, properties } of widgets) {
      if (type === 'text') continue;
      expect(properties.title).toMatch(/^[A-Z]/);
      expect(properties.yAxis?.left.label).toMatch(/^(Count|Milliseconds|Seconds|Days)$/);
      expect(properties.metrics?.length).toBeGreaterThan(0);
    }
  });

  it('has the name of the service, so that each stage has its own', () => {
    const [dashboard] = all(stack, 'AWS::CloudWatch::Dashboard');
    expect(dashboard?.['DashboardName']).toBe('connect-token-vending');
  });
});

describe('the saved queries', () => {
  const saved = all(stack, 'AWS::Logs::QueryDefinition');

  it('are in docs/operating.md, to the letter', () => {
    const operating = read('docs/operating.md');
    expect(saved.map(({ Name }) => Name)).toEqual(queries.map(({ name }) => `connect-token-vending/${name}`));
    for (const { name, text } of queries) {
      expect(operating).toContain(`**${name}**`);
      expect(operating).toContain(
        text
          .split('\n')
          .map((line) => `    ${line}`)
          .join('\n'),
      );
    }
  });

  it('ask log groups of this stack, where they are', () => {
    for (const { LogGroupNames } of saved) {
      expect(LogGroupNames.length).toBeGreaterThan(0);
      for (const { Ref } of LogGroupNames) expect(Ref).toMatch(/^(VendLog|RefreshLog|HttpAccessLog)/);
    }
  });
});
