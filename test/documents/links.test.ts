import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..', '..');
const documents = globSync(['*.md', '{docs,examples,test}/*.md'], { cwd: repository });

/** A heading's anchor as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** The text without blocks of code, whose lines may look like headings or links. */
function prose(file: string): string {
  return readFileSync(join(repository, file), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
}

function anchorsIn(file: string): string[] {
  return [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

function linksIn(file: string): string[] {
  return [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

it('reads the documents', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/calling.md', 'examples/README.md']));
});

it.each(documents)('each link in %s leads to a file and a heading that are there', (document) => {
  const broken = linksIn(document)
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(repository, file))) return true;
      return anchor !== undefined && !anchorsIn(file).includes(anchor);
    });
  expect(broken).toEqual([]);
});
