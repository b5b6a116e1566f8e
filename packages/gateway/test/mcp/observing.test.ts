import type { JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeHttp, httpRig } from '../http-rig.js';
import { closeAll, type Rig, rig } from '../rig.js';
import { ECHO, READ_FILE, scriptedServer, text } from '../scripted-server.js';

afterEach(closeAll);
afterEach(closeHttp);

const CARD = '4111 1111 1111 1111';

const observing = (options: Parameters<typeof rig>[0] = {}): Promise<Rig> =>
  rig({ ...options, ttp: { mode: 'observe', ...options.ttp } });

const call = async ({ agent }: Rig, name: string, input: JsonObject) =>
  await agent.callTool({ name, arguments: { ...input } });

/** Call map and policy in which one tool reads what is restricted. */
const RESTRICTED: JsonObject = {
  version: 1,
  tools: {
    read_file: {
      action: 'read',
      resource: { scheme: 'file', path: 'input.path' },
      attributes: { dataClassification: 'restricted' },
    },
  },
};

describe('a gateway that observes', () => {
  it('hands on what it would deny, and says so in the answer, the log and the header', async () => {
    proves('decision.D37', 'flaw.G5');
    const r = await observing();
    const { content, isError, _meta } = await call(r, 'read_file', { path: 'etc/passwd' });
    expect({ content, isError }).toEqual({
      content: [{ type: 'text', text: 'contents of {"path":"etc/passwd"}' }],
      isError: undefined,
    });
    expect(_meta).toMatchObject({
      'ttp/mode': 'observe',
      'ttp/outcome': 'done',
      'ttp/observed': { status: 'blocked', code: 'SDK_DENIED' },
    });
    expect(r.upstream.count('tools/call')).toBe(1);
    for (const { data } of r.entries) expect(data).toMatchObject({ monitor: true });
    expect(r.entries.at(-1)?.data).toMatchObject({ status: 'done', enforced: false });

    // It is refused for restricted targets, and never the default: there the same call is blocked.
    const guarded = await observing({ ttp: { callMap: RESTRICTED } });
    const enforcing = await rig();
    for (const other of [guarded, enforcing]) {
      const answer = await call(other, 'read_file', { path: 'etc/passwd' });
      expect(answer).toMatchObject({ isError: true, _meta: { 'ttp/code': 'SDK_DENIED' } });
      expect(answer).not.toHaveProperty(['_meta', 'ttp/observed']);
      expect(other.upstream.count('tools/call')).toBe(0);
    }
    for (const { data } of guarded.entries) expect(data).toMatchObject({ monitor: true });

    const http = await httpRig({ ttp: { mode: 'observe' } });
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await http.send(list, await http.session())).headers.get('ttp-mode')).toBe('observe');
    expect((await http.send('{', {})).headers.get('ttp-mode')).toBe('observe');
    const plain = await httpRig();
    expect((await plain.send(list, await plain.session())).headers.has('ttp-mode')).toBe(false);
  });

  it('names its mode in lists and in errors as well, and nothing of the kind when it enforces', async () => {
    const r = await observing();
    expect(await r.agent.listTools()).toMatchObject({ _meta: { 'ttp/mode': 'observe' } });
    const named = { data: { 'ttp/mode': 'observe' } };
    await expect(r.agent.listTools({ cursor: 'x' })).rejects.toMatchObject(named);
    await expect(r.agent.readResource({ uri: 'file:///x' })).rejects.toMatchObject(named);
    const enforcing = await rig();
    expect(await enforcing.agent.listTools()).not.toHaveProperty('_meta');
    expect(await call(enforcing, 'echo', {})).not.toHaveProperty(['_meta', 'ttp/mode']);
  });

  it('hands results on as they are, and says which rules would have redacted them', async () => {
    const upstream = scriptedServer();
    upstream.calls.set('echo', () => text(`card ${CARD}`));
    const r = await observing({ upstream });
    const { content, _meta } = await call(r, 'echo', {});
    expect(content).toEqual([{ type: 'text', text: `card ${CARD}` }]);
    expect(_meta).toMatchObject({ 'ttp/observed': { status: 'done', changed: true } });
    expect(JSON.stringify(r.entries.map(({ data }) => data))).not.toContain('4111');
  });

  it('stops at a kill', async () => {
    proves('guard.kill.monitor-mode');
    const r = await observing();
    r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
    expect(await call(r, 'echo', {})).toMatchObject({
      isError: true,
      _meta: { 'ttp/outcome': 'blocked', 'ttp/code': 'GUARD_KILLED', 'ttp/mode': 'observe' },
    });
    await expect(r.agent.listTools()).rejects.toMatchObject({ data: { 'ttp/code': 'GUARD_KILLED' } });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('does not call a tool that is no longer what was pinned', async () => {
    const r = await observing();
    await r.names();
    r.upstream.tools = [{ ...ECHO, description: 'Says it elsewhere.' }, READ_FILE];
    expect(await call(r, 'echo', {})).toMatchObject({
      _meta: { 'ttp/outcome': 'blocked', 'ttp/code': expect.stringMatching(/^GATEWAY_TOOL_/) },
    });
    expect(r.upstream.count('tools/call')).toBe(0);
  });
});
