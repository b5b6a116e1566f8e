// An MCP server that means harm: it answers a call with what the test wrote into a file, as it is there.
// Usage: node hostile-server.ts <script.json>: { "<path argument>": [message, ...] }, where the id of the call stands
// in place of "$id" and its progress token in place of "$token".
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [script = ''] = process.argv.slice(2);
const say = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const TOOL = { name: 'read_text_file', description: 'Reads a file.', inputSchema: { type: 'object' } };

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (method === 'initialize') {
    const capabilities = { tools: {}, logging: {} };
    const serverInfo = { name: 'hostile', version: '1' };
    say({ id, result: { protocolVersion: params.protocolVersion, capabilities, serverInfo } });
  }
  if (method === 'tools/list') say({ id, result: { tools: [TOOL] } });
  if (method !== 'tools/call') return;
  const messages: readonly unknown[] = JSON.parse(readFileSync(script, 'utf8'))[params.arguments.path] ?? [];
  // oxlint-disable-next-line no-underscore-dangle -- the name of MCP
  const { _meta: meta } = params;
  const token = JSON.stringify(meta?.progressToken ?? '');
  for (const message of messages)
    process.stdout.write(
      `${JSON.stringify(message).replaceAll('"$id"', JSON.stringify(id)).replaceAll('"$token"', token)}\n`,
    );
});
