import { Client, type ClientCapabilities, InMemoryTransport } from '@modelcontextprotocol/client';
import { memory } from '@ttp/adapters/memory';
import { isTtpError, type JsonObject, type Operators, type Privilege, type Storage } from '@ttp/core';
import { createIdentity, type Identity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { type McpGateway, type McpGatewayOptions, openMcpGateway } from '@ttp/gateway/mcp';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { type FakeClock, fakeClock, seededRandom, type TestSigner, testSigner } from '@ttp/testkit';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

/** Echo is allowed, files below data/ may be read, whatever is below data/keys/ may not. */
export const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:rig:v1',
  requirements: { requireIdentityVerification: true },
  rules: [
    { id: 'tools', effect: 'allow', resources: ['mcp:rig/echo', 'mcp:rig/slow'], actions: ['call'] },
    { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
    { id: 'no-keys', effect: 'deny', resources: ['file:data/keys/**'], actions: ['read'] },
    { id: 'prompts', effect: 'allow', resources: ['mcp:rig/prompts/get'], actions: ['call'] },
    { id: 'sampling', effect: 'allow', resources: ['mcp:rig/sampling/createMessage'], actions: ['call'] },
    { id: 'roots', effect: 'allow', resources: ['mcp:rig/roots/list'], actions: ['call'] },
  ],
  defaultEffect: 'deny',
};

export const CALL_MAP: JsonObject = {
  version: 1,
  tools: {
    read_file: { action: 'read', resource: { scheme: 'file', path: 'input.path' } },
    'resources/read': { action: 'read', resource: { path: 'input.uri' } },
  },
};

export interface Rig {
  readonly ttp: Ttp;
  readonly gateway: McpGateway;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly upstream: ScriptedServer;
  /** The agent's side of the session. */
  readonly agent: Client;
  readonly entries: Entry[];
  readonly faults: unknown[];
  /** The names of the tools that the agent sees. */
  names(): Promise<readonly string[]>;
  /** Types and subjects of what was recorded beside interactions. */
  notes(): readonly string[];
  /** A further session on the same storage, as after a restart. */
  restart(options?: RigOptions): Promise<Rig>;
}

export interface RigOptions {
  readonly upstream?: ScriptedServer;
  readonly storage?: Storage;
  readonly capabilities?: ClientCapabilities;
  readonly ttp?: Partial<TtpOptions>;
  readonly gateway?: Partial<McpGatewayOptions>;
  /** Called with the agent's client before it connects. */
  readonly prepare?: (agent: Client) => void;
}

const closers: (() => Promise<void>)[] = [];

/** Closes what the test opened. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

/** An agent, a gateway and a scripted server, linked in memory. */
export async function rig(options: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock();
  const identity = await createIdentity({ type: 'agent', random: seededRandom('gateway'), clock });
  return open({ clock, identity, storage: options.storage ?? memory() }, { ...options, fresh: true });
}

interface Parts {
  readonly clock: FakeClock;
  readonly identity: Identity;
  readonly storage: Storage;
}

async function open(parts: Parts, options: RigOptions & { readonly fresh: boolean }): Promise<Rig> {
  const { clock, identity, storage } = parts;
  const entries: Entry[] = [];
  const faults: unknown[] = [];
  const ttp = await createTtp({
    identity,
    storage,
    policy: POLICY,
    callMap: CALL_MAP,
    fresh: options.fresh,
    ports: { clock, timer: clock, random: seededRandom('ttp') },
    onEvent: (entry) => entries.push(entry),
    ...options.ttp,
  });
  const upstream = options.upstream ?? scriptedServer();
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const gateway = await openMcpGateway({
    ttp,
    server: 'rig',
    upstream: await upstream.connect(),
    downstream,
    storage,
    ports: { clock },
    onFault: (fault) => faults.push(fault),
    ...options.gateway,
  });
  const { capabilities = {} } = options;
  const agent = new Client({ name: 'agent', version: '1' }, { capabilities });
  options.prepare?.(agent);
  closers.push(async () => {
    await gateway.close();
    await ttp.close().catch((error: unknown) => {
      if (!isTtpError(error)) throw error;
    });
  });
  await agent.connect(agentEnd);
  return {
    ttp,
    gateway,
    clock,
    storage,
    upstream,
    agent,
    entries,
    faults,
    names: async () => (await agent.listTools()).tools.map((tool) => tool.name),
    notes: () =>
      entries.filter(({ type }) => type.startsWith('tool')).map(({ type, subject }) => `${type} ${subject}`),
    restart: async (more = {}) => {
      await gateway.close();
      await ttp.close();
      return open(parts, { upstream, ...more, fresh: false });
    },
  };
}

/** Operator keys: the first may sign policies, the second may not. */
export const OPERATOR: TestSigner = testSigner(1);
export const REVIEWER: TestSigner = testSigner(2);

export const ROSTER: Operators = {
  byKid: (kid) =>
    Promise.resolve(
      [operator('olga', OPERATOR, ['policy:sign']), operator('rashid', REVIEWER, ['review:basic'])].find(
        (one) => one.kid === kid,
      ),
    ),
};

function operator(
  id: string,
  { kid, publicKey }: TestSigner,
  privileges: readonly Privilege[],
): NonNullable<Awaited<ReturnType<Operators['byKid']>>> {
  return { id, kid, publicKey, human: id, level: 3, privileges };
}
