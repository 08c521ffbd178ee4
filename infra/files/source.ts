import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ConfigurationError, type Finding, formatPath, type Problem } from './problems.ts';

/** A policy of a hundred grants takes 30 kB: a longer file is a mistake, and would keep the parser busy. */
const maxCharacters = 256 * 1024;

/** A file as plain data, and the position of each piece of it. */
export type Source = {
  value: unknown;
  /** Adds line and column to findings. A missing key has the position of the entry that lacks it. */
  locate: (findings: readonly Finding[]) => Problem[];
};

/**
 * Reads the YAML, or JSON, which is YAML. Throws ConfigurationError for bad syntax, repeated keys, several documents,
 * anchors, aliases and merge keys.
 */
export function readSource(withMark: string, file: string): Source {
  const text = withMark.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const at = (offset: number, path: string, problem: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { position: { line: Math.max(line, 1), column: Math.max(col, 1) }, path, text: problem };
  };
  if (text.length > maxCharacters) {
    throw new ConfigurationError(file, [at(0, '', `is longer than ${maxCharacters} characters: shorten it`)]);
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = syntaxFaults(document);
  const problems = faults.length > 0 ? faults : disallowedFeatures(document);
  if (problems.length > 0) {
    throw new ConfigurationError(
      file,
      problems.map((problem) => at(problem.offset, '', problem.text)),
    );
  }
  return {
    value: document.toJS(),
    locate: (findings) =>
      findings.map((finding) => at(offsetOf(document, finding), formatPath(finding.path), finding.text)),
  };
}

type Fault = { offset: number; text: string };

/** What is wrong with the syntax. After the first fault of a kind without advice, the parser is lost: the rest follows. */
function syntaxFaults({ errors, warnings }: Document.Parsed): Fault[] {
  const faults = new Map<number, Fault>();
  for (const error of [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const offset = error.pos[0];
    const advice = advise(error);
    if (!faults.has(offset)) {
      faults.set(offset, { offset, text: advice ?? `this is not valid YAML: ${error.message}` });
    }
    if (advice === undefined) break;
  }
  return [...faults.values()];
}

function advise({ code }: YAMLError): string | undefined {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key is repeated: keep one of the two';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: write one, without the --- line';
    case 'BAD_ALIAS':
      return "* without quotes has a meaning of its own in YAML: write '*'";
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent in YAML: write spaces';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key has no value here: write a space after its colon';
    default:
      return undefined;
  }
}

/** What YAML allows and a reviewed file should not have. */
function disallowedFeatures(document: Document.Parsed): Fault[] {
  const found: Fault[] = [];
  visit(document, (key, node) => {
    if (isPair(node) && isScalar(node.key) && node.key.value === '<<') {
      found.push({
        offset: start(node.key),
        text: 'YAML merge keys are not allowed: write the keys themselves',
      });
      return visit.SKIP;
    }
    if (!isNode(node)) return undefined;
    const offset = node.range?.[0] ?? 0;
    if (isAlias(node)) found.push({ offset, text: 'YAML aliases are not allowed: write the value itself' });
    else if (node.anchor !== undefined) {
      found.push({ offset, text: `YAML anchors are not allowed: remove &${node.anchor}` });
    }
    if (key === 'key' && isScalar(node) && node.value === '__proto__') {
      found.push({ offset, text: '__proto__ is not allowed as a name: write another' });
    }
    return undefined;
  });
  return found;
}

/** A list or map has the position of its key; text and numbers have their own. */
function offsetOf(document: Document.Parsed, { path, at }: Finding): number {
  let node: unknown = document.contents;
  let offset = start(node);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = start(pair.key);
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
      node = node.items[Number(step)];
      offset = start(node);
    } else return offset;
  }
  return at !== 'key' && isScalar(node) && node.value !== null ? start(node) : offset;
}

function start(node: unknown): number {
  return (node as ParsedNode | null)?.range?.[0] ?? 0;
}
