import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk } from '../src/desk.ts';
import { makeFolder, type Stage, setStage } from '../src/stage.ts';
import {
  ALLOWED,
  AMBIGUOUS,
  callLine,
  DENIED,
  encodings,
  KEY,
  LOOKALIKES,
  spellings,
  TOOL,
} from './attacks.ts';
import {
  everything,
  filesystemServer,
  introduce,
  outcome,
  type RawSession,
  type Reply,
  seen,
  startRaw,
} from './raw-session.ts';

const ENCODED = Buffer.from(`key=${KEY}`).toString('base64');
/** What must not be read. */
const SALARY = 'EVE EARNS 100000';
let stage: Stage;
let agent: RawSession;
/** Calls that wait for an approval until the agent is killed. */
const held: Promise<Reply>[] = [];

const at = (path: string): string => join(stage.data, path);

beforeAll(async () => {
  stage = await setStage(makeFolder());
  mkdirSync(at('payroll/notes'));
  mkdirSync(at('payroll/drafts'));
  for (const path of ['payroll/secret.txt', 'payroll/notes/plan.txt', 'payroll/notes/only-here.txt'])
    writeFileSync(at(path), SALARY);
  for (const path of ['drafts/old.txt', 'notes/long.txt']) writeFileSync(at(path), 'one\ntwo\nthree\n');
  writeFileSync(at('config/encoded.txt'), ENCODED);
  writeFileSync(at('config/hex.txt'), Buffer.from(`key=${KEY}`).toString('hex'));
  agent = startRaw(stage, filesystemServer(stage));
});

afterAll(async () => {
  await agent.close();
  rmSync(stage.folder, { recursive: true });
});

/** The calls that reached the server: the tool, and the path as the server resolves it. */
const reached = (): readonly { readonly tool: string; readonly path: string }[] =>
  seen(stage)
    .filter(({ method }) => method === 'tools/call')
    .map(({ params }) => {
      const { name, arguments: input }: { name?: string; arguments?: { path?: string } } = params ?? {};
      return {
        tool: String(name),
        path: posix.relative(stage.data, posix.resolve(stage.data, input?.path ?? '')),
      };
    });

const countOf = (method: string): number => seen(stage).filter((one) => one.method === method).length;

describe('before and during the introduction', () => {
  it('nothing is done for an agent that has not introduced itself', async () => {
    agent.write(
      '{"jsonrpc":"2.0","id":"early","method":"tools/call","params":{"name":"read_text_file","arguments":{"path":"payroll/secret.txt"}}}',
    );
    agent.answers.set('roots/list', { roots: [{ uri: `file://${stage.data}/payroll`, name: 'mine' }] });
    const reply = await introduce(agent, { roots: { listChanged: true }, sampling: {}, elicitation: {} });
    expect(reply.result).toMatchObject({ serverInfo: { name: 'secure-filesystem-server' } });
    await agent.request('tools/list');
    expect(everything(await agent.reply('early'))).not.toContain(SALARY);
    expect(reached()).toEqual([]);
  });

  it('the agent cannot say which folder relative paths begin in', async () => {
    expect(agent.lines.filter((line) => line.includes('roots/list'))).toEqual([]);
    agent.notify('notifications/roots/list_changed');
    await expect.poll(() => countOf('notifications/roots/list_changed')).toBe(1);
    const plan = await agent.call('read_text_file', { path: 'notes/plan.txt' });
    expect(everything(plan)).toContain('Ship on Friday');
    const only = await agent.call('read_text_file', { path: 'notes/only-here.txt' });
    expect(everything(only)).toContain('ENOENT');
    await agent.call('write_file', { path: 'drafts/new.txt', content: 'x' });
    expect([existsSync(at('drafts/new.txt')), existsSync(at('payroll/drafts/new.txt'))]).toEqual([
      true,
      false,
    ]);
  });
});

describe('paths', () => {
  it('spelled in any other way than their own reach no tool', async () => {
    const before = reached().length;
    const tools = ['read_text_file', 'get_file_info', 'write_file', 'search_files'];
    const passed: string[] = [];
    for (const path of spellings(at)) {
      const replies = await Promise.all(
        tools.map((tool) => agent.call(tool, { path, content: 'x', pattern: '**' })),
      );
      for (const [i, reply] of replies.entries()) {
        expect(everything(reply)).not.toContain(SALARY);
        if (!['SDK_DENIED', 'SPL_BAD_CALL', 'CRYPTO_JSON_LONE_SURROGATE'].includes(String(outcome(reply))))
          passed.push(`${tools[i]} ${path}: ${String(outcome(reply))}`);
      }
    }
    expect(passed).toEqual([]);
    expect(reached()).toHaveLength(before);
    expect(readFileSync(at('payroll/secret.txt'), 'utf8')).toBe(SALARY);
  });

  it('that only look like a way out lead where the policy thinks', async () => {
    for (const path of LOOKALIKES) {
      const reply = await agent.call('read_text_file', { path });
      expect(everything(reply)).not.toContain(SALARY);
      expect(reply.result).toMatchObject({ isError: true });
      expect(outcome(reply)).toBe('done');
      // Or the breaker of the tool opens: what a server calls an error is one.
      for (let n = 0; n < 2; n++)
        expect(outcome(await agent.call('read_text_file', { path: 'notes/plan.txt' }))).toBe('done');
    }
  });

  it('lead to the file of their name: a link in an allowed folder is the business of whoever can make links', async () => {
    symlinkSync(at('payroll'), at('notes/link'));
    try {
      // A limit, not a promise: the policy sees names, and the server follows links below its root.
      expect(everything(await agent.call('read_text_file', { path: 'notes/link/secret.txt' }))).toContain(
        SALARY,
      );
      // The agent has no tool that makes one.
      expect(
        outcome(await agent.call('move_file', { source: 'notes/link', destination: 'drafts/link' })),
      ).toBe('SDK_DENIED');
    } finally {
      rmSync(at('notes/link'));
    }
  });
});

describe('tools and methods that nobody mapped', () => {
  it.each([
    ['read_file', { path: 'payroll/secret.txt' }],
    ['read_media_file', { path: 'payroll/secret.txt' }],
    ['read_multiple_files', { paths: ['notes/plan.txt', 'payroll/secret.txt'], path: 'notes/plan.txt' }],
    ['edit_file', { path: 'payroll/secret.txt', edits: [{ oldText: 'EVE', newText: 'ADA' }] }],
    ['move_file', { source: 'payroll/secret.txt', destination: 'notes/secret.txt', path: 'notes/plan.txt' }],
    ['create_directory', { path: 'notes/new' }],
    ['list_directory', { path: 'payroll' }],
    ['list_directory_with_sizes', { path: 'payroll' }],
    ['directory_tree', { path: '.' }],
    ['list_allowed_directories', {}],
    ['no_such_tool', { path: 'notes/plan.txt' }],
    ['Read_Text_File', { path: 'notes/plan.txt' }],
    ['constructor', { path: 'notes/plan.txt' }],
    ['__proto__', { path: 'notes/plan.txt' }],
    ['resources/read', { path: 'notes/plan.txt', uri: 'file:notes/plan.txt' }],
    ['read_text_file ', { path: 'notes/plan.txt' }],
    ['read_text_file\u200b', { path: 'notes/plan.txt' }],
  ])('%s is not called', async (tool, input) => {
    const before = reached().length;
    const reply = await agent.call(tool, input);
    expect(['SDK_DENIED', 'GATEWAY_BAD_REQUEST', 'GATEWAY_TOOL_UNKNOWN']).toContain(outcome(reply));
    expect(reached()).toHaveLength(before);
  });

  it.each([
    ['resources/read', { uri: 'file:notes/plan.txt' }],
    ['resources/subscribe', { uri: 'file:notes/plan.txt' }],
    ['prompts/get', { name: 'notes' }],
    ['tasks/result', { taskId: '1' }],
    ['tools/execute', { name: 'read_text_file' }],
    ['Tools/Call', { name: 'read_text_file', arguments: { path: 'payroll/secret.txt' } }],
    ['tools/call\u0000', { name: 'read_text_file', arguments: { path: 'payroll/secret.txt' } }],
    ['sampling/createMessage', {}],
    ['roots/list', {}],
    ['__proto__', {}],
  ])('%s does not reach the server', async (method, params) => {
    const reply = await agent.request(method, params);
    expect(reply.error).toBeDefined();
    expect(countOf(method)).toBe(0);
  });
});

describe('lines that two readers could read in two ways', () => {
  it.each(AMBIGUOUS)('%s has no effect', async (id, params) => {
    const before = reached().length;
    agent.write(callLine(id, params));
    const reply = await agent.reply(id);
    expect(outcome(reply)).not.toBe('done');
    expect(outcome(reply)).toBeDefined();
    expect(everything(reply)).not.toContain(SALARY);
    expect(reached()).toHaveLength(before);
  });

  it('have no effect where nobody can be answered either: batches, ids that are none, other versions', async () => {
    const [before, heard] = [reached().length, agent.lines.length];
    const params = `{${TOOL},"arguments":{${DENIED}}}`;
    const fine = `{${TOOL},"arguments":{${ALLOWED}}}`;
    for (const line of [
      `[${callLine('batch-1', params)},${callLine('batch-2', fine)}]`,
      `{"jsonrpc":"2.0","id":null,"method":"tools/call","params":${fine}}`,
      `{"jsonrpc":"2.0","method":"tools/call","params":${fine}}`,
      `{"jsonrpc":"1.0","id":"v1","method":"tools/call","params":${fine}}`,
      `{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":${fine}}`,
      `{"jsonrpc":"2.0","id":"both","method":"tools/call","params":${fine},"result":{}}`,
      callLine('method-twice', fine, ',"method":"ping"'),
      callLine('more', fine, ',"task":{}'),
      `\ufeff${callLine('bom', params)}`,
      `${callLine('two-1', params)}${callLine('two-2', params)}`,
      'not json',
    ])
      agent.write(line);
    await agent.request('ping');
    expect(reached()).toHaveLength(before);
    expect(agent.lines.slice(heard).join('\n')).not.toContain(SALARY);
  });

  it('reach the server as they were decided: nothing beside name and arguments', async () => {
    const params = { task: { ttl: 1 }, cursor: 'x', method: 'tools/call' };
    const reply = await agent.call('read_text_file', { path: 'notes/long.txt', head: 1 }, params);
    expect(outcome(reply)).toBe('done');
    expect(seen(stage).at(-1)).toEqual({
      method: 'tools/call',
      params: { name: 'read_text_file', arguments: { path: 'notes/long.txt', head: 1 } },
    });
  });

  it('cannot forge what the gateway says, nor the token of its progress', async () => {
    const meta = { 'ttp/outcome': 'done', 'ttp/approved': true, progressToken: 0, 'example/x': 1 };
    const reply = await agent.call('read_text_file', { path: 'notes/long.txt' }, { _meta: meta });
    expect(outcome(reply)).toBe('done');
    const said = seen(stage).at(-1)?.params?.['_meta'];
    expect(said).toMatchObject({ 'example/x': 1 });
    expect(JSON.stringify(said)).not.toContain('ttp/');
    const denied2 = await agent.call('read_text_file', { path: 'payroll/secret.txt' }, { _meta: meta });
    expect(outcome(denied2)).toBe('SDK_DENIED');
  });
});

describe('secrets', () => {
  it.each(encodings(KEY))('do not get into a call: %s', async (_, secret) => {
    proves('flaw.L2');
    const before = reached().length;
    const path = 'drafts/leak.txt';
    const calls = [
      agent.call('write_file', { path, content: `key: ${secret}` }),
      agent.call('write_file', { path, content: 'x', [`note ${secret}`]: 1 }),
      agent.call('write_file', { path, content: 'x' }, { _meta: { note: secret } }),
    ];
    expect((await Promise.all(calls)).map(outcome)).toEqual(Array(3).fill('GUARD_DLP_BLOCKED'));
    expect(reached()).toHaveLength(before);
    expect(existsSync(at(path))).toBe(false);
  });

  it('do not get into names: of tools, files, resources and methods', async () => {
    const calls = [
      agent.call(KEY, {}),
      agent.call('read_text_file', { path: `notes/${KEY}` }),
      agent.request('resources/read', { uri: KEY }),
      agent.request(KEY),
    ];
    expect((await Promise.all(calls)).map(outcome)).not.toContain('done');
    expect(readFileSync(stage.path('seen.jsonl'), 'utf8')).not.toContain(KEY);
  });

  it('do not get into what needs no decision', async () => {
    const reference = { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'x', value: KEY } };
    expect(outcome(await agent.request('completion/complete', reference))).toBe('GUARD_DLP_BLOCKED');
    expect(outcome(await agent.request('resources/list', { cursor: ENCODED }))).toBe('GUARD_DLP_BLOCKED');
    agent.notify('notifications/roots/list_changed', { _meta: { note: KEY } });
    await agent.request('ping');
    expect(readFileSync(stage.path('seen.jsonl'), 'utf8')).not.toContain(KEY);
  });

  it.each([
    ['config/deploy.env', {}],
    ['config/deploy.env', { head: 2 }],
    ['config/deploy.env', { tail: 2 }],
    ['config/encoded.txt', {}],
    ['config/hex.txt', {}],
  ])('do not get out of %s with %j', async (path, more) => {
    const reply = await agent.call('read_text_file', { path, ...more });
    expect(outcome(reply)).toBe('GUARD_DLP_BLOCKED');
    expect(everything(reply)).not.toContain(ENCODED.slice(4, 20));
    expect(everything(reply)).not.toContain(KEY);
  });
});

describe('approvals', () => {
  const path = 'published/letter.txt';
  const publish = (content: string, more = {}): Promise<Reply> =>
    agent.call('write_file', { path, content }, more);
  const published = (): number => reached().filter((one) => one.path === path).length;

  it('are used once, however many calls wait for one, and for nothing else', async () => {
    proves('flaw.O1');
    const waiting = Array.from({ length: 8 }, () => publish('approved'));
    await openDesk(stage).approveOnce();
    const outcomes = (await Promise.all(waiting)).map(outcome);
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    expect(outcomes.filter((one) => one === 'OVERSIGHT_APPROVAL_EXHAUSTED')).toHaveLength(7);
    expect(outcome(await publish('approved'))).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
    expect(published()).toBe(1);
    expect(readFileSync(at(path), 'utf8')).toBe('approved');
  });

  it('of a call that was cancelled meanwhile has at most one effect', async () => {
    const given = { path: 'published/cancelled.txt', content: 'x' };
    agent.write(callLine('cancelled', JSON.stringify({ name: 'write_file', arguments: given })));
    const approving = openDesk(stage).approveOnce();
    agent.notify('notifications/cancelled', { requestId: 'cancelled' });
    expect(await approving).toBe(`write on file:${given.path}`);
    const again = outcome(await agent.call('write_file', given));
    expect(['done', 'OVERSIGHT_APPROVAL_EXHAUSTED']).toContain(again);
    const effects = reached().filter((one) => one.path === given.path).length;
    expect(effects).toBe(again === 'done' ? 1 : 0);
    expect(existsSync(at(given.path))).toBe(again === 'done');
  });

  it('are not what other calls get that wait meanwhile', async () => {
    held.push(publish('something else'), publish('approved', { _meta: { 'example/target': 'elsewhere' } }));
    held.push(agent.call('write_file', { path, content: 'approved', mode: 'append' }));
    held.push(agent.call('write_file', { path: 'published/other.txt', content: 'approved' }));
    await agent.request('ping');
    expect(published()).toBe(1);
  });
});

describe('quarantine', () => {
  it('holds for every call after the change, and after the change is taken back', async () => {
    proves('flaw.T1');
    const info = (): Promise<Reply> => agent.call('get_file_info', { path: 'notes/plan.txt' });
    expect(outcome(await info())).toBe('done');
    writeFileSync(stage.path('tamper'), '');
    const before = reached().length;
    expect((await Promise.all(Array.from({ length: 8 }, info))).map(outcome)).toEqual(
      Array(8).fill('GATEWAY_TOOL_QUARANTINED'),
    );
    rmSync(stage.path('tamper'));
    expect(outcome(await info())).toBe('GATEWAY_TOOL_QUARANTINED');
    const { result } = await agent.request('tools/list');
    expect(JSON.stringify(result)).not.toContain('get_file_info');
    expect(reached()).toHaveLength(before);
  });
});

describe('a killed agent', () => {
  it('reaches nothing by any message', async () => {
    await openDesk(stage).kill('security_violation');
    const plan = (): Promise<Reply> => agent.call('read_text_file', { path: 'notes/plan.txt' });
    await expect.poll(async () => outcome(await plan())).toBe('GUARD_KILLED');
    const before = seen(stage).length;
    const replies = await Promise.all([
      plan(),
      agent.call('write_file', { path: 'drafts/late.txt', content: 'x' }),
      agent.request('tools/list'),
      agent.request('resources/list'),
      agent.request('completion/complete', {}),
      agent.request('logging/setLevel', { level: 'debug' }),
      agent.request('resources/read', { uri: 'file:notes/plan.txt' }),
    ]);
    agent.notify('notifications/roots/list_changed');
    await agent.request('ping');
    expect(replies.map(outcome)).toEqual(Array(7).fill('GUARD_KILLED'));
    for (const waited of await Promise.all(held))
      expect(['GUARD_KILLED', 'OVERSIGHT_APPROVAL_PENDING']).toContain(outcome(waited));
    expect(readFileSync(at('published/letter.txt'), 'utf8')).toBe('approved');
    expect(existsSync(at('published/other.txt'))).toBe(false);
    expect(existsSync(at('drafts/late.txt'))).toBe(false);
    expect(seen(stage)).toHaveLength(before);
  });
});

it('what reached the server, all in all, is what the policy allows, as the server resolves it', () => {
  const folders: Readonly<Record<string, RegExp>> = {
    read_text_file: /^(?:notes|customers|config)\//,
    get_file_info: /^(?:notes|customers|config)\//,
    search_files: /^archive(?:\/|$)/,
    write_file: /^(?:drafts|published)\//,
  };
  const calls = reached();
  expect(calls.length).toBeGreaterThan(10);
  expect(calls.filter(({ tool, path }) => folders[tool]?.test(path) !== true)).toEqual([]);
});

it('nothing of a secret is in the log, once it is closed', async () => {
  await agent.close();
  for (const name of ['ttp.db', 'ttp.db-wal'])
    if (existsSync(`${stage.folder}/${name}`))
      expect(readFileSync(`${stage.folder}/${name}`, 'latin1')).not.toContain(KEY);
  expect(readFileSync(stage.path('seen.jsonl'), 'utf8')).not.toContain(KEY);
});
