import { describe, expect, it } from 'vitest';
import { MCP_MESSAGE_MAX_BYTES } from '../../src/limits.js';
import { StdioTransport } from '../../src/mcp/stdio-transport.js';
import { testIo } from '../harness.js';

/** Sends lines to a transport and closes its input: what arrived, what was answered, what went wrong. */
async function received(...lines: readonly string[]) {
  const io = testIo();
  const transport = new StdioTransport(io);
  const messages: unknown[] = [];
  const faults: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  Object.assign(transport, {
    onmessage: (message: unknown) => void messages.push(message),
    onerror: (error: Error) => void faults.push('code' in error ? error.code : error.message),
    onclose: () => closed.resolve(),
  });
  await transport.start();
  io.stdin.end(lines.map((line) => `${line}\n`).join(''));
  await closed.promise;
  const answered = String(io.stdout.read() ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
  return { messages, faults, answered };
}

const request = (more: string): string => `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{${more}}}`;

describe('StdioTransport', () => {
  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{"n":1.5}}}',
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    // What is foreign may nest deeper than what is ours (decision D7).
    `{"jsonrpc":"2.0","method":"x","params":{"deep":${'['.repeat(50)}${']'.repeat(50)}}}`,
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}',
  ])('hands %s on', async (line) => {
    const { messages, faults } = await received(line);
    expect(JSON.parse(JSON.stringify(messages))).toEqual([JSON.parse(line)]);
    expect(faults).toEqual([]);
  });

  it('ends when the agent closes its end', async () => {
    expect(await received()).toEqual({ messages: [], faults: [], answered: [] });
  });

  it('skips empty lines', async () => {
    expect((await received('', '{"jsonrpc":"2.0","method":"x"}', '')).messages).toHaveLength(1);
  });

  it.each([
    ['a key twice', request('"name":"a","name":"b"'), 'CRYPTO_JSON_DUPLICATE_KEY'],
    ['a rounded integer', request('"amount":9007199254740993'), 'CRYPTO_JSON_UNSAFE_INTEGER'],
    ['a prototype', request('"__proto__":{}'), 'CRYPTO_JSON_FORBIDDEN_KEY'],
    ['no version', '{"id":7,"method":"ping"}', 'CLI_MCP_MESSAGE'],
    ['a member too many', '{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}', 'CLI_MCP_MESSAGE'],
    ['parameters in a list', '{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}', 'CLI_MCP_MESSAGE'],
  ])('refuses a request with %s, with an error for who waits', async (_, line, code) => {
    const { messages, faults, answered } = await received(line, '{"jsonrpc":"2.0","method":"next"}');
    expect(messages).toHaveLength(1);
    expect(faults).toEqual([code]);
    expect(answered).toEqual([
      {
        jsonrpc: '2.0',
        id: 7,
        error: { code: -32700, message: `refused: ${code}`, data: { 'ttp/code': code } },
      },
    ]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
    ['a fraction for an id', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}'],
    [
      'an answer with an error and a result',
      '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}',
    ],
    ['an error without a code', '{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}'],
    ['an answer to nobody', '{"jsonrpc":"2.0","result":{}}'],
    ['a line above the limit', `"${'x'.repeat(MCP_MESSAGE_MAX_BYTES)}"`],
  ])('drops %s: nobody waits for an answer', async (_, line) => {
    const { messages, faults, answered } = await received(line, '{"jsonrpc":"2.0","method":"next"}');
    expect({ messages: messages.length, faults: faults.length, answered }).toEqual({
      messages: 1,
      faults: 1,
      answered: [],
    });
  });

  it('ends when nobody reads its answers', async () => {
    const io = testIo();
    const transport = new StdioTransport(io);
    const closed = Promise.withResolvers<void>();
    const faults: Error[] = [];
    Object.assign(transport, {
      onclose: () => closed.resolve(),
      onerror: (error: Error) => void faults.push(error),
    });
    await transport.start();
    io.stdout.destroy(new Error('EPIPE'));
    await closed.promise;
    expect(faults.map(({ message }) => message)).toEqual(['EPIPE']);
    await expect(transport.send({ jsonrpc: '2.0', method: 'x' })).rejects.toMatchObject({
      code: 'CLI_FAILED',
    });
  });
});
