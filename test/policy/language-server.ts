import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

type Message = { id?: number; method?: string; params?: unknown; result?: unknown };
type Diagnostic = { message: string; range: { start: { line: number; character: number } } };

const require = createRequire(import.meta.url);
const server = require.resolve('yaml-language-server/bin/yaml-language-server');

/** The YAML language server that editors run, over its standard input and output. */
export async function startLanguageServer() {
  const { send, listen, close } = startProcess();
  const answers = new Map<number, (result: unknown) => void>();
  const published = new Map<string, (found: Diagnostic[]) => void>();
  listen(({ id, method, params, result }) => {
    if (method === undefined) answers.get(id ?? 0)?.(result);
    // It asks its editor for settings and registrations, and goes on without.
    else if (id !== undefined) send({ id, result: null });
    else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      published.get(uri)?.(diagnostics);
    }
  });
  let requests = 0;
  const ask = (method: string, params: unknown) =>
    new Promise<unknown>((resolve) => {
      requests += 1;
      answers.set(requests, resolve);
      send({ id: requests, method, params });
    });

  await ask('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  send({ method: 'initialized', params: {} });
  const yaml = { validate: true, completion: true, schemaStore: { enable: false } };
  send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml } } });

  return {
    /** Opens a text under `uri`. Returns each mistake that the editor would underline, with line and column from 1. */
    async open(uri: string, text: string): Promise<string[]> {
      const found = new Promise<Diagnostic[]>((resolve) => published.set(uri, resolve));
      const textDocument = { uri, languageId: 'yaml', version: 1, text };
      send({ method: 'textDocument/didOpen', params: { textDocument } });
      return (await found).map(
        ({ message, range: { start } }) => `${start.line + 1}:${start.character + 1} ${message}`,
      );
    },
    /** What the editor would offer there. */
    async complete(uri: string, position: { line: number; character: number }): Promise<string[]> {
      const result = await ask('textDocument/completion', { textDocument: { uri }, position });
      return (result as { items: Array<{ label: string }> }).items.map(({ label }) => label);
    },
    close,
  };
}

/** Messages as the protocol frames them: a header with the length in bytes, and JSON. */
function startProcess() {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let received = Buffer.alloc(0);
  return {
    send(message: Message): void {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
    listen(handle: (message: Message) => void): void {
      child.stdout.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        for (;;) {
          const header = /^Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n/.exec(received.toString('latin1'));
          const end = (header?.[0].length ?? 0) + Number(header?.[1]);
          if (header === null || received.length < end) return;
          handle(JSON.parse(received.toString('utf8', header[0].length, end)));
          received = received.subarray(end);
        }
      });
    },
    close: () => void child.kill(),
  };
}
