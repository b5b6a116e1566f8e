import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { memory } from '@ttp/adapters/memory';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { createIdentity } from '@ttp/did';
import { openMcpGateway } from '@ttp/gateway/mcp';
import { createTtp } from '@ttp/sdk';
import type { RunArea } from './areas.ts';
import { type Contestant, race } from './race.ts';

type Transport = ReturnType<typeof InMemoryTransport.createLinkedPair>[0];

const TOOLS = ['echo', 'add', 'read_file', 'write_file', 'search'].map((name) => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: { type: 'object' as const, properties: { text: { type: 'string' } } },
}));

/** A server with five tools; echo says again what it gets. */
async function serve(): Promise<Transport> {
  const server = new Server({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: TOOLS }));
  server.setRequestHandler('tools/call', ({ params }) => ({
    content: [{ type: 'text', text: String(params.arguments?.['text']) }],
  }));
  const [own, other] = InMemoryTransport.createLinkedPair();
  await server.connect(own);
  return other;
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  return client;
}

/** The text that came back: nothing else counts as a call. */
async function echo(client: Client, text: string): Promise<string> {
  const result = await client.callTool({ name: 'echo', arguments: { text } });
  const [content] = result.content;
  if (result.isError === true || content?.type !== 'text')
    throw new Error(`refused: ${JSON.stringify(content)}`);
  return content.text;
}

const AT_ONCE = 32;

const many = (client: Client, i: number): Promise<unknown> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, k) => echo(client, `${i} ${k}`)));

const row = (name: string, client: Client, does: string, atOnce: boolean): Contestant => ({
  name,
  does,
  async: true,
  run: (i) => (atOnce ? many(client, i) : echo(client, `text ${i}`)),
  answer: () => echo(client, 'the same words'),
});

const perSecond = (microseconds: number): number => 1e6 / microseconds;

export const run: RunArea = async (effort) => {
  const direct = await connect(await serve());
  const storage = memory();
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const policy = {
    version: '1.0.0',
    rules: [{ id: 'tools', effect: 'allow', resources: ['mcp:bench/**'], actions: ['call'] }],
    defaultEffect: 'deny',
  };
  const ttp = await createTtp({ identity, storage, policy, fresh: true });
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const upstream = await serve();
  const gateway = await openMcpGateway({ ttp, server: 'bench', upstream, downstream, storage });
  const guarded = await connect(agentEnd);
  const ours =
    'client and server of the MCP SDK with the gateway between: pinned tools compared before the call, the call decided, recorded durably (in memory) before and after, arguments and result scanned';
  const result = await race(
    {
      title: 'A tool call over MCP, all in one process',
      work: `Client, gateway and server of the official SDK on linked transports in memory, so that one core does the work of all. The rows "${AT_ONCE} at once" are the time of all of them. Checked before: the answer comes back unchanged.`,
      contestants: [
        { ...row('ttp gateway', guarded, ours, false), ours: true },
        {
          ...row(
            `ttp gateway, ${AT_ONCE} at once`,
            guarded,
            'the same; calls that wait at the same time share their commits',
            true,
          ),
          ours: true,
        },
        row('direct', direct, 'client and server of the MCP SDK alone', false),
        row(`direct, ${AT_ONCE} at once`, direct, 'the same', true),
      ],
      bars: [
        {
          bar: 'MCP calls in process through the gateway: at least 3000 a second and core',
          value: (m) =>
            Math.max(
              perSecond(m.median('ttp gateway')),
              AT_ONCE * perSecond(m.median(`ttp gateway, ${AT_ONCE} at once`)),
            ),
          atLeast: 3000,
          unit: ' calls/s',
          why: 'A call is two messages more on each side, a listing of the tools before it, and the whole audited call of the area decision.',
        },
      ],
      single: true,
      rounds: 15,
      turnMs: 40,
    },
    effort,
  );
  await guarded.close();
  await gateway.close();
  await ttp.close();
  await direct.close();
  return [result];
};
