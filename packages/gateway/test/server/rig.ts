import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { memory } from '@ttp/adapters/memory';
import {
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  type Operators,
  type Storage,
} from '@ttp/core';
import { createIdentity, type Identity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { type McpServerOptions, openMcpServer } from '@ttp/gateway/mcp-server';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { type FakeClock, fakeClock, type SeededRandom, seededRandom, testSigner } from '@ttp/testkit';

/** Reads below data/ are allowed, payroll needs a human, keys are nobody's. */
const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:server-rig:v1',
  requirements: { requireIdentityVerification: true },
  rules: [
    { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
    {
      id: 'payroll',
      effect: 'allow_with_approval',
      resources: ['file:data/payroll/**'],
      actions: ['read'],
      humanApproval: {
        required: true,
        reason: 'payroll',
        escalationLevel: 1,
        timeout: 300,
        defaultAction: 'deny',
      },
    },
    { id: 'no-keys', effect: 'deny', resources: ['file:data/keys/**'], actions: ['read'] },
  ],
  defaultEffect: 'deny',
};

const CALL_MAP: JsonObject = {
  version: 1,
  tools: { read_file: { action: 'read', resource: { scheme: 'file', path: 'input.path' } } },
};

/** Who may decide reviews. */
export const ALICE = testSigner(1);
const OPERATORS: Operators = {
  byKid: async (kid) =>
    kid === ALICE.kid
      ? {
          id: 'alice',
          human: 'alice',
          kid,
          publicKey: ALICE.publicKey,
          level: 3,
          privileges: ['review:final'],
        }
      : undefined,
};

/** What a tool answered. */
export interface Told {
  readonly isError: boolean;
  readonly said: JsonObject;
  readonly text: string;
  readonly meta: JsonObject;
}

export interface ServerRig {
  readonly ttp: Ttp;
  readonly identity: Identity;
  readonly storage: Storage;
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly entries: Entry[];
  readonly faults: unknown[];
  readonly client: Client;
  readonly options: McpServerOptions;
  /** Calls a tool. The client holds what is said against the output schema that it was listed with. */
  ask(name: string, args?: JsonObject): Promise<Told>;
  /** An effect of `read_file`. */
  read(path: string): ReturnType<Ttp['a2t']>;
}

const closers: (() => Promise<void>)[] = [];

/** Closes what the test opened. */
export async function closeServers(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

/** An enforcement point, the MCP server in front of it, and a client, linked in memory. */
export async function serverRig(
  options: { readonly ttp?: Partial<TtpOptions>; readonly server?: Partial<McpServerOptions> } = {},
): Promise<ServerRig> {
  const clock = fakeClock();
  const random = seededRandom('mcp server');
  const storage = memory();
  const identity = await createIdentity({ type: 'agent', random, clock });
  const entries: Entry[] = [];
  const faults: unknown[] = [];
  const ttp = await createTtp({
    identity,
    storage,
    policy: POLICY,
    callMap: CALL_MAP,
    fresh: true,
    operators: OPERATORS,
    approvalWaitMs: 0,
    ports: { clock, timer: clock, random },
    onEvent: (entry) => entries.push(entry),
    ...options.ttp,
  });
  const given: McpServerOptions = {
    ttp,
    storage,
    identity,
    ports: { clock, random },
    onFault: (fault) => faults.push(fault),
    ...options.server,
  };
  const [clientEnd, transport] = InMemoryTransport.createLinkedPair();
  const server = await openMcpServer({ ...given, transport });
  closers.push(async () => {
    await server.close();
    await ttp.close().catch((error: unknown) => {
      if (!isTtpError(error)) throw error;
    });
  });
  const client = new Client({ name: 'client', version: '1' });
  await client.connect(clientEnd);
  await client.listTools();
  return {
    ttp,
    identity,
    storage,
    clock,
    random,
    entries,
    faults,
    client,
    options: given,
    ask: (name, args = {}) => askOf(client, name, args),
    read: (path) =>
      ttp.a2t({ tool: 'read_file', server: 'files', input: { path } }, (permit) => {
        permit.enter();
        return Promise.resolve('content');
      }),
  };
}

/** One call of a tool. */
export async function askOf(client: Client, name: string, args: JsonObject): Promise<Told> {
  const result = await client.callTool({ name, arguments: args });
  const { isError = false, structuredContent = {}, content, _meta = {} } = result;
  const text = content.map((block) => (block.type === 'text' ? block.text : block.type)).join('');
  return { isError, said: objectOf(structuredContent), text, meta: objectOf(_meta) };
}

function objectOf(value: unknown): JsonObject {
  const copy: JsonObject = JSON.parse(JSON.stringify(value));
  return isJsonObject(copy) ? copy : {};
}

/** A text that stands in an answer. */
export function textIn(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error('not a text');
}
