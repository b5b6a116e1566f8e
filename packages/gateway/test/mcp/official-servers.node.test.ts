import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, InMemoryTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { memory } from '@ttp/adapters/memory';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { openMcpGateway, type StdioUpstream } from '@ttp/gateway/mcp';
import { createTtp } from '@ttp/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const closers: (() => Promise<void>)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'official-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:official:v1',
  rules: [{ id: 'all', effect: 'allow', resources: ['mcp:official/**'], actions: ['call'] }],
  defaultEffect: 'deny',
};

const require = createRequire(import.meta.url);
const SERVERS = {
  everything: require.resolve('@modelcontextprotocol/server-everything/package.json'),
  filesystem: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  memory: require.resolve('@modelcontextprotocol/server-memory/package.json'),
};

/** A server of the official collection, as its package starts it. */
function official(
  name: keyof typeof SERVERS,
  args: readonly string[],
  env: Record<string, string> = {},
): StdioUpstream {
  const file = SERVERS[name];
  const { bin }: { bin: Record<string, string> } = JSON.parse(readFileSync(file, 'utf8'));
  const [main = ''] = Object.values(bin);
  return { command: process.execPath, args: [join(dirname(file), main), ...args], env };
}

async function agent(transport: Transport): Promise<Client> {
  const client = new Client(
    { name: 'agent', version: '1' },
    { capabilities: { roots: {}, sampling: {}, elicitation: { form: {} } } },
  );
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: `file://${folder}`, name: 'here' }] }));
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant' as const,
    model: 'none',
    content: { type: 'text' as const, text: 'sampled' },
  }));
  client.setRequestHandler('elicitation/create', () => ({ action: 'decline' as const }));
  await client.connect(transport);
  closers.push(() => client.close());
  return client;
}

const direct = ({ command, args = [], env = {} }: StdioUpstream): Promise<Client> =>
  agent(new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'ignore' }));

async function through(upstream: StdioUpstream): Promise<{ client: Client; entries: readonly Entry[] }> {
  const storage = memory();
  const entries: Entry[] = [];
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const onEvent = (entry: Entry): void => void entries.push(entry);
  const ttp = await createTtp({ identity, storage, policy: POLICY, fresh: true, onEvent });
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const gateway = await openMcpGateway({ ttp, server: 'official', storage, upstream, downstream });
  closers.push(async () => {
    await gateway.close();
    await ttp.close();
  });
  return { client: await agent(agentEnd), entries };
}

/** An answer, without what the gateway says of it. */
function said(answer: unknown): Json {
  const plain: Json = JSON.parse(JSON.stringify(answer));
  if (!isJsonObject(plain)) return plain;
  const { _meta: meta, ...rest } = plain;
  const kept = isJsonObject(meta ?? null)
    ? Object.entries(Object(meta)).filter(([key]) => !key.startsWith('ttp/'))
    : [];
  return kept.length === 0 ? rest : { ...rest, _meta: JSON.parse(JSON.stringify(Object.fromEntries(kept))) };
}

type Step = (client: Client) => Promise<unknown>;

const call =
  (name: string, input: JsonObject = {}): Step =>
  (client) =>
    client.callTool({ name, arguments: { ...input } });

/** Everything that there is, as far as the server has it. */
const LISTS: readonly Step[] = [
  (client) => client.listTools(),
  (client) => client.listResources(),
  (client) => client.listResourceTemplates(),
];

async function answers(client: Client, steps: readonly Step[]): Promise<readonly Json[]> {
  const all: Json[] = [];
  for (const step of steps)
    all.push(said(await step(client).catch((error: unknown) => ({ thrown: String(error) }))));
  return all;
}

/** How often something was decided and done. */
const doneIn = (entries: readonly Entry[]): number =>
  entries.filter(({ type, data }) => type === 'interaction-settled' && data['status'] === 'done').length;

describe('through the gateway, as without it,', () => {
  it('the official filesystem server lists, writes, reads, searches and refuses', async () => {
    mkdirSync(join(folder, 'files'));
    const files = join(folder, 'files');
    const path = join(files, 'a.txt');
    const steps: readonly Step[] = [
      (client) => client.listTools(),
      call('list_allowed_directories'),
      call('write_file', { path, content: 'one\ntwo\n' }),
      call('read_text_file', { path, head: 1 }),
      call('edit_file', { path, edits: [{ oldText: 'two', newText: 'three' }] }),
      call('read_text_file', { path }),
      call('list_directory', { path: files }),
      call('search_files', { path: files, pattern: '*.txt' }),
      call('read_text_file', { path: '/etc/hostname' }),
      call('read_text_file', { path: join(files, 'absent') }),
    ];
    const upstream = official('filesystem', [files]);
    const expected = await answers(await direct(upstream), steps);
    rmSync(path);
    const { client, entries } = await through(upstream);
    expect(await answers(client, steps)).toEqual(expected);
    expect(JSON.stringify(expected)).toContain('three');
    // Whatever the server says about a call, it was made: every step but the list.
    expect(doneIn(entries)).toBeGreaterThanOrEqual(steps.length - 1);
  });

  it('the official memory server keeps, relates, finds and forgets', async () => {
    const entities = [
      { name: 'Ada', entityType: 'person', observations: ['wrote about engines'] },
      { name: 'Engine', entityType: 'machine', observations: [] },
    ];
    const steps: readonly Step[] = [
      ...LISTS,
      call('create_entities', { entities }),
      call('create_relations', { relations: [{ from: 'Ada', to: 'Engine', relationType: 'describes' }] }),
      call('add_observations', { observations: [{ entityName: 'Engine', contents: ['is made of brass'] }] }),
      call('search_nodes', { query: 'brass' }),
      call('open_nodes', { names: ['Ada'] }),
      (client) => client.readResource({ uri: 'memory://knowledge-graph' }),
      call('delete_entities', { entityNames: ['Ada'] }),
      call('read_graph'),
    ];
    const at = (name: string): StdioUpstream =>
      official('memory', [], { MEMORY_FILE_PATH: join(folder, `${name}.jsonl`) });
    writeFileSync(join(folder, 'through.jsonl'), '');
    const expected = await answers(await direct(at('direct')), steps);
    const { client, entries } = await through(at('through'));
    expect(await answers(client, steps)).toEqual(expected);
    expect(JSON.stringify(expected.at(-1))).toContain('brass');
    expect(doneIn(entries)).toBe(steps.length - LISTS.length);
  });

  it('the official everything server does all that needs no task', async () => {
    const progress: unknown[] = [];
    const steps: readonly Step[] = [
      ...LISTS,
      (client) => client.listPrompts(),
      call('echo', { message: 'hi' }),
      call('get-sum', { a: 2, b: 3 }),
      call('get-annotated-message', { messageType: 'error', includeImage: true }),
      call('get-tiny-image'),
      call('get-structured-content', { location: 'Chicago' }),
      call('get-resource-links', { count: 2 }),
      call('get-roots-list'),
      call('trigger-sampling-request', { prompt: 'p', maxTokens: 10 }),
      call('trigger-elicitation-request'),
      call('echo', { message: 1 }),
      (client) =>
        client.callTool(
          { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } },
          { onprogress: (one) => progress.push(said(one)) },
        ),
      (client) => client.getPrompt({ name: 'args-prompt', arguments: { city: 'Ulm' } }),
      (client) =>
        client.complete({
          ref: { type: 'ref/prompt', name: 'completable-prompt' },
          argument: { name: 'department', value: 'E' },
        }),
      (client) => client.readResource({ uri: 'demo://resource/static/document/features.md' }),
      (client) => client.setLoggingLevel('debug'),
      (client) => client.subscribeResource({ uri: 'demo://resource/dynamic/text/1' }),
      (client) => client.unsubscribeResource({ uri: 'demo://resource/dynamic/text/1' }),
      (client) => client.getPrompt({ name: 'absent' }),
    ];
    const upstream = official('everything', []);
    const expected = await answers(await direct(upstream), steps);
    const expectedProgress = progress.splice(0);
    const { client, entries } = await through(upstream);
    expect(await answers(client, steps)).toEqual(expected);
    // The last one is sent together with the result, and a client may have let go of the token by then.
    expect(progress).toEqual(expect.arrayContaining(expectedProgress));
    expect(progress[0]).toEqual({ progress: 1, total: 2 });
    expect(doneIn(entries)).toBeGreaterThanOrEqual(14);
  });
});
