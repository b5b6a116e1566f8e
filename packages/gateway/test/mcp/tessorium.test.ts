import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { memory } from '@ttp/adapters/memory';
import { base64url } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { type TessoriumGatewayOptions, TessoriumMCPGateway, verifyIntent } from '@ttp/gateway/mcp';
import { createTtp, type Ttp, type TtpMode } from '@ttp/sdk';
import { codeThrownBy, fakeClock, keysOf, proves, seededRandom } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  delete process.env['TTP_PRIVATE_KEY'];
});

const NAME = 'did:tessorium:agent:my-agent:v1';
/** The first 32 bytes of the seed are the agent's own key. */
const KEY = seededRandom('tessorium').bytes(32);

interface Scene {
  readonly ttp: Ttp;
  readonly server: McpServer;
  readonly entries: readonly Entry[];
  readonly intents: string[];
  readonly keyOf: (kid: string) => Uint8Array | undefined;
  readonly options: Omit<TessoriumGatewayOptions, 'tessorium'>;
}

const allow = (id: string, resource: string) => ({
  id,
  effect: 'allow',
  resources: [resource],
  actions: ['call'],
});

const scoreOf: TessoriumGatewayOptions['scoreOf'] = ({ tool }) => Promise.resolve(tool === 'today' ? 50 : 49);

async function scene(mode: TtpMode = 'enforce'): Promise<Scene> {
  const clock = fakeClock();
  const storage = memory();
  const entries: Entry[] = [];
  const identity = await createIdentity({ type: 'agent', random: seededRandom('tessorium'), clock });
  const ttp = await createTtp({
    identity,
    storage,
    mode,
    policy: {
      version: '1.0.0',
      agentDid: NAME,
      rules: [
        allow('tools', 'mcp:notes/*'),
        allow('resources', 'mcp:notes/resources/read'),
        allow('prompts', 'mcp:notes/prompts/get'),
      ],
      defaultEffect: 'deny',
    },
    fresh: true,
    ports: { clock, timer: clock, random: seededRandom('ttp') },
    onEvent: (entry) => entries.push(entry),
  });
  closers.push(() => ttp.close());
  const intents: string[] = [];
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  for (const name of ['today', 'erase'])
    server.registerTool(name, { description: name }, (context) => {
      const { _meta: meta } = context.mcpReq;
      intents.push(String(meta?.['ttp/intent']));
      return { content: [{ type: 'text', text: `did ${name}` }] };
    });
  server.registerResource('note', 'note:1', {}, () => ({ contents: [{ uri: 'note:1', text: 'a note' }] }));
  server.registerPrompt('sum', {}, () => ({ messages: [] }));
  const options = { ttp, storage, server: 'notes', ports: { clock }, scoreOf };
  return { ttp, server, entries, intents, options, keyOf: keysOf(identity.signer) };
}

async function connect(
  { options, server }: Scene,
  more: Partial<TessoriumGatewayOptions> = {},
): Promise<Client> {
  const tessorium = { mode: 'hybrid', agentDid: NAME, privateKey: base64url(KEY) } as const;
  const gateway = new TessoriumMCPGateway({ ...options, tessorium, ...more });
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const session = await gateway.wrapServer(server).connect(downstream);
  closers.push(() => session.close());
  const agent = new Client({ name: 'agent', version: '1' });
  await agent.connect(agentEnd);
  return agent;
}

const today = (agent: Client) => agent.callTool({ name: 'today', arguments: {} });

it('wraps the tools, resources and prompts of a server: filtered, signed for, recorded', async () => {
  proves('gateway.mcp.wrap-server');
  const s = await scene();
  const agent = await connect(s);
  expect((await agent.listTools()).tools.map(({ name }) => name)).toEqual(['today']);
  expect(await today(agent)).toMatchObject({ content: [{ text: 'did today' }] });
  expect(await agent.callTool({ name: 'erase', arguments: {} })).toMatchObject({
    isError: true,
    _meta: { 'ttp/code': 'GATEWAY_TOOL_UNTRUSTED' },
  });
  const [intent] = s.intents;
  expect(s.intents).toHaveLength(1);
  const { body } = verifyIntent(intent ?? '', { keyOf: s.keyOf, now: s.options.ports?.clock?.now() ?? 0 });
  const finished = s.entries.find(({ type }) => type === 'effect-finished');
  expect(finished).toMatchObject({ subject: body.interaction, data: { status: 'done' } });
  expect(finished?.data['result']).toMatch(/^sha256:/);
  expect((await agent.readResource({ uri: 'note:1' })).contents).toMatchObject([{ text: 'a note' }]);
  expect((await agent.getPrompt({ name: 'sum' })).messages).toEqual([]);
  expect(s.entries.filter(({ type }) => type === 'effect-finished')).toHaveLength(3);
});

it('takes its key as text, as bytes, from a signer or from TTP_PRIVATE_KEY, which it clears', async () => {
  proves('gateway.mcp.gateway');
  const s = await scene();
  const agent = { mode: 'enforce', agentDid: s.ttp.did } as const;
  const made = (tessorium: TessoriumGatewayOptions['tessorium'], more: object = {}) =>
    new TessoriumMCPGateway({ ...s.options, tessorium, ...more });
  made({ ...agent, privateKey: KEY });
  made({ ...agent, agentDid: NAME, privateKey: base64url(KEY), kid: `${s.ttp.did}#key-2` });

  expect(codeThrownBy(() => made(agent))).toBe('GATEWAY_BAD_OPTION');
  process.env['TTP_PRIVATE_KEY'] = base64url(KEY);
  const client = await connect(s, { tessorium: agent });
  expect(process.env['TTP_PRIVATE_KEY']).toBeUndefined();
  await today(client);
  const options = { keyOf: s.keyOf, now: s.options.ports?.clock?.now() ?? 0 };
  expect(verifyIntent(s.intents[0] ?? '', options).head.iss).toBe(s.ttp.did);

  process.env['TTP_PRIVATE_KEY'] = 'whatever';
  made({ ...agent, privateKey: KEY });
  expect(process.env['TTP_PRIVATE_KEY']).toBeUndefined();
  process.env['TTP_PRIVATE_KEY'] = 'too short';
  expect(codeThrownBy(() => made(agent))).toBe('GATEWAY_BAD_OPTION');
  expect(process.env['TTP_PRIVATE_KEY']).toBeUndefined();
});

it('demands 50, a signature and no approval by score, unless told otherwise', async () => {
  proves('gateway.mcp.gateway');
  const s = await scene();
  const all = await connect(s, {
    toolTrustRequirements: { minTrustScore: 49, requireIntentAttestation: false, autoApprovalThreshold: 80 },
  });
  expect((await all.listTools()).tools.map(({ name }) => name)).toEqual(['today', 'erase']);
  await today(all);
  expect(s.intents).toEqual(['undefined']);
});

it.each<[string, Partial<TessoriumGatewayOptions>]>([
  [
    'another agent',
    { tessorium: { mode: 'enforce', agentDid: 'did:tessorium:agent:other:v1', privateKey: KEY } },
  ],
  ['another mode', { tessorium: { mode: 'observe', agentDid: NAME, privateKey: KEY } }],
  ['a short key', { tessorium: { mode: 'enforce', agentDid: NAME, privateKey: KEY.subarray(1) } }],
  ['a key in another spelling', { tessorium: { mode: 'enforce', agentDid: NAME, privateKey: '+/==' } }],
  [
    'somebody else’s key',
    { tessorium: { mode: 'enforce', agentDid: NAME, privateKey: KEY, kid: 'did:x:y#key-1' } },
  ],
  ['a threshold of 101', { toolTrustRequirements: { autoApprovalThreshold: 101 } }],
  ['a threshold of nothing', { toolTrustRequirements: { autoApprovalThreshold: Number.NaN } }],
])('refuses %s', async (_what, more) => {
  const { options } = await scene();
  const tessorium = { mode: 'enforce', agentDid: NAME, privateKey: KEY } as const;
  expect(codeThrownBy(() => new TessoriumMCPGateway({ ...options, tessorium, ...more }))).toBe(
    'GATEWAY_BAD_OPTION',
  );
});

it('says in monitor mode that it is', async () => {
  const s = await scene('observe');
  const tessorium = { mode: 'observe', agentDid: NAME, privateKey: KEY } as const;
  const agent = await connect(s, { tessorium });
  expect(await today(agent)).toMatchObject({ _meta: { 'ttp/mode': 'observe' } });
});
