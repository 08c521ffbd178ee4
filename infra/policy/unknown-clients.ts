import { nearest } from '../files/nearest.ts';
import type { Finding } from '../files/problems.ts';
import type { Clients } from './client-rules.ts';
import type { Draft } from './structure.ts';

type Entries = Record<'grants' | 'keepWarm', ReadonlyArray<Draft<{ client: string }>>>;

/** Names of clients that there are not. A name that many entries have is one mistake, with one finding. */
export function* unknownClients(clients: Clients, entries: Entries): Iterable<Finding> {
  if (clients.size === 0) return;
  const names = [...clients.keys()];
  const uses = Object.entries(entries).flatMap(([section, drafts]) =>
    drafts.map(({ fields }, index) => ({ name: fields.client, path: [section, index, 'client'] })),
  );
  const unknown = uses.filter(({ name }) => name !== undefined && !clients.has(name));
  for (const name of new Set(unknown.map((use) => use.name))) {
    const [first, ...more] = unknown.filter((use) => use.name === name);
    if (name === undefined || first === undefined) continue;
    const others = more.length === 0 ? '' : `, here and in ${more.length} more`;
    yield {
      path: first.path,
      text: `no such client: write ${nearest(name, names) ?? names.join(' or ')}${others}`,
    };
  }
}
