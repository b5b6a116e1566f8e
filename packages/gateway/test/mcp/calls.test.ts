import { ProtocolError } from '@modelcontextprotocol/server';
import { codeOf, isJsonObject, type JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { RESULT_MAX_BYTES } from '../../src/limits.js';
import { closeAll, rig } from '../rig.js';
import { ECHO, scriptedServer, text } from '../scripted-server.js';

afterEach(closeAll);

const HASH = /^sha256:[0-9a-f]{64}$/;

/** A result as it went over the wire, without the client's idea of a tool result. */
const call = async (
  { agent }: Awaited<ReturnType<typeof rig>>,
  name: string,
  input: JsonObject = {},
): Promise<{ content: unknown; isError?: boolean; _meta: Record<string, unknown> }> => {
  const { content, isError, _meta = {} } = await agent.callTool({ name, arguments: input });
  return { content, ...(isError === undefined ? {} : { isError }), _meta };
};

describe('a tool call', () => {
  it('that the policy allows is done, recorded, and says how it was decided', async () => {
    const r = await rig();
    const { content, isError, _meta } = await call(r, 'echo', { text: 'hi' });
    expect(content).toEqual([{ type: 'text', text: '{"text":"hi"}' }]);
    expect(isError).toBeUndefined();
    expect(_meta).toMatchObject({ 'ttp/outcome': 'done', 'ttp/trace': r.ttp.trace().id });
    expect(_meta['ttp/decision']).toMatch(HASH);
    expect(_meta['ttp/reasons']).toContain('the policy says allow');
    expect(_meta).not.toHaveProperty('ttp/code');
    const settled = r.entries.find(({ type }) => type === 'interaction-settled');
    expect(_meta['ttp/index']).toBe(String(settled?.index));
  });

  it('that the policy denies does not reach the server, and says why', async () => {
    const r = await rig();
    const { content, isError, _meta } = await call(r, 'read_file', { path: 'data/keys/a' });
    expect(isError).toBe(true);
    expect(_meta).toMatchObject({ 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' });
    expect(_meta['ttp/decision']).toMatch(HASH);
    expect(JSON.stringify(content)).toContain('Not done: SDK_DENIED');
    expect(JSON.stringify(content)).toContain('deny rule no-keys applies');
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('is decided over the resource that the call map names', async () => {
    const r = await rig();
    const { _meta: inside } = await call(r, 'read_file', { path: 'data/a' });
    expect(inside['ttp/outcome']).toBe('done');
    const { _meta: outside } = await call(r, 'read_file', { path: 'data/../keys' });
    expect(outside['ttp/outcome']).toBe('blocked');
    expect(r.upstream.count('tools/call')).toBe(1);
  });

  it.each([
    ['an error of the tool', () => ({ ...text('502'), isError: true }), 'open'],
    ['an error of the server', () => Promise.reject(new ProtocolError(-32_603, 'broken')), 'open'],
    ['what is wrong with the request', () => Promise.reject(new ProtocolError(-32_602, 'no path')), 'closed'],
    ['a result', () => text('fine'), 'closed'],
  ])('whose answer is ten times %s leaves its breaker as it has to be', async (_, answer, at) => {
    const r = await rig();
    r.upstream.calls.set('echo', answer);
    for (let i = 0; i < 10; i++) await call(r, 'echo').catch(() => undefined);
    r.upstream.calls.set('echo', () => text('fine'));
    const { _meta } = await call(r, 'echo');
    expect(_meta['ttp/code']).toBe(at === 'open' ? 'GUARD_BREAKER_OPEN' : undefined);
    expect(r.upstream.count('tools/call')).toBe(at === 'open' ? 10 : 11);
  });

  it('whose result holds a secret says so without the result', async () => {
    proves('gateway.dlp', 'guard.dlp.both-directions');
    const r = await rig();
    r.upstream.calls.set('echo', () => text('the key is AKIAIOSFODNN7EXAMPLE, keep it'));
    const { content, isError, _meta } = await call(r, 'echo');
    expect(isError).toBe(true);
    expect(_meta).toMatchObject({ 'ttp/outcome': 'withheld', 'ttp/code': 'GUARD_DLP_BLOCKED' });
    expect(JSON.stringify([content, _meta])).not.toMatch(/AKIA|keep it/);
  });

  it('whose result holds personal data is passed on redacted', async () => {
    proves('gateway.dlp', 'guard.dlp.both-directions');
    const r = await rig();
    r.upstream.calls.set('echo', () => ({
      ...text('SSN 219-09-9999'),
      structuredContent: { ssn: '219-09-9999' },
    }));
    const result = await r.agent.callTool({ name: 'echo', arguments: {} });
    expect(result.content).toEqual([{ type: 'text', text: 'SSN [REDACTED]' }]);
    expect(result.structuredContent).toEqual({ ssn: '[REDACTED]' });
  });

  it('whose arguments hold a secret does not reach the server', async () => {
    proves('gateway.dlp', 'guard.dlp.both-directions');
    const r = await rig();
    const { _meta } = await call(r, 'echo', { text: 'AKIAIOSFODNN7EXAMPLE' });
    expect(_meta).toMatchObject({ 'ttp/outcome': 'blocked', 'ttp/code': 'GUARD_DLP_BLOCKED' });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('cannot carry a secret out in its _meta either', async () => {
    const r = await rig();
    const request = { name: 'echo', arguments: {}, _meta: { note: 'AKIAIOSFODNN7EXAMPLE' } };
    const { _meta } = await r.agent.callTool(request);
    expect(_meta).toMatchObject({ 'ttp/code': 'GUARD_DLP_BLOCKED' });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('hands on what it does not know, and takes nobody else for the gateway', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => ({
      content: [{ type: 'text', text: 'x', annotations: { priority: 1 } }],
      extra: { kept: true },
      _meta: { 'ttp/outcome': 'done', 'ttp/forged': 1, 'example.com/kept': 2 },
    }));
    const forged = { 'ttp/outcome': 'done', 'ttp/approved': true, traceparent: '00-1-2-01' };
    const result = await r.agent.callTool({ name: 'echo', arguments: {}, _meta: forged });
    expect(result).toMatchObject({ extra: { kept: true }, _meta: { 'example.com/kept': 2 } });
    expect(result).not.toHaveProperty(['_meta', 'ttp/forged']);
    const [received] = r.upstream.received.filter(({ method }) => method === 'tools/call');
    expect(received?.params).toEqual({ name: 'echo', arguments: {}, _meta: { traceparent: '00-1-2-01' } });
  });

  it('that is denied cannot be told as done by its server', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => ({ content: [], isError: true, _meta: { 'ttp/code': 'X_Y' } }));
    const { _meta } = await call(r, 'echo');
    expect(_meta['ttp/outcome']).toBe('done');
    expect(_meta).not.toHaveProperty('ttp/code');
  });

  it('hands on the error of the server with our words in its data', async () => {
    const r = await rig();
    r.upstream.calls.delete('echo');
    await expect(r.agent.callTool({ name: 'echo', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: 'unknown tool "echo"',
      data: { 'ttp/outcome': 'done' },
    });
  });

  it('hands on no error data in our name', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => {
      throw new ProtocolError(-32_000, 'no', { 'ttp/forged': 1, 'ttp/outcome': 'blocked', kept: 2 });
    });
    const refused = r.agent.callTool({ name: 'echo', arguments: {} });
    await expect(refused).rejects.toMatchObject({ code: -32_000, data: { 'ttp/outcome': 'done', kept: 2 } });
    await expect(refused).rejects.not.toHaveProperty(['data', 'ttp/forged']);
  });

  it('keeps error data that is no object', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => {
      throw new ProtocolError(-32_000, 'no', 'because');
    });
    const refused = r.agent.callTool({ name: 'echo', arguments: {} });
    await expect(refused).rejects.toMatchObject({ data: { 'ttp/outcome': 'done', data: 'because' } });
  });

  it('does not become a task, whose result would come by another way', async () => {
    const r = await rig();
    const params = { name: 'echo', arguments: {}, task: { ttl: 1000 } };
    await r.agent.callTool(params);
    const [received] = r.upstream.received.filter(({ method }) => method === 'tools/call');
    expect(received?.params).toEqual({ name: 'echo', arguments: {} });
    await expect(r.agent.request({ method: 'tasks/list' }, ANYTHING)).rejects.toMatchObject({
      code: -32_601,
    });
  });

  it.each([
    ['no name', { arguments: {} }, 'params.name'],
    ['a name that is no text', { name: 1 }, 'params.name'],
    ['the name of a method', { name: 'resources/read', arguments: { uri: 'file:data/a' } }, 'params.name'],
    ['a name that is too long', { name: 'n'.repeat(129) }, 'params.name'],
    ['arguments that are a list', { name: 'echo', arguments: [1] }, 'params.arguments'],
  ])('with %s is refused as malformed', async (_, params, field) => {
    const r = await rig();
    const request = { method: 'tools/call', params };
    await expect(r.agent.request(request, ANYTHING)).rejects.toMatchObject({
      code: -32_602,
      data: { 'ttp/code': 'GATEWAY_BAD_REQUEST', field },
    });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('with arguments nested without end is refused', async () => {
    const r = await rig();
    let deep: JsonObject = {};
    for (let n = 0; n < 200; n++) deep = { deep };
    const request = { method: 'tools/call', params: { name: 'echo', arguments: deep } };
    await expect(r.agent.request(request, ANYTHING)).rejects.toMatchObject({
      data: { 'ttp/code': 'CRYPTO_JSON_DEPTH' },
    });
  });
});

describe('a server that does not behave', () => {
  it('and never answers is given up after its time', async () => {
    const r = await rig({ gateway: { callTimeoutMs: 30 } });
    r.upstream.calls.set('echo', () => new Promise(() => {}));
    const { isError, _meta } = await call(r, 'echo');
    expect(isError).toBe(true);
    expect(_meta).toMatchObject({ 'ttp/outcome': 'failed', 'ttp/code': 'GATEWAY_UPSTREAM_TIMEOUT' });
  });

  it('and answers too much is not passed on', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => text('x'.repeat(RESULT_MAX_BYTES)));
    const { _meta, content } = await call(r, 'echo');
    expect(_meta).toMatchObject({ 'ttp/outcome': 'failed', 'ttp/code': 'GATEWAY_RESULT_TOO_LARGE' });
    expect(JSON.stringify(content).length).toBeLessThan(500);
  });

  it('and errs too much is not passed on either', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', () => {
      throw new Error('x'.repeat(RESULT_MAX_BYTES));
    });
    const { _meta } = await call(r, 'echo');
    expect(_meta).toMatchObject({ 'ttp/code': 'GATEWAY_RESULT_TOO_LARGE' });
  });

  it('and closes the connection ends the session', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', async () => {
      await r.upstream.server?.close();
      return {};
    });
    const { _meta } = await call(r, 'echo');
    expect(_meta).toMatchObject({ 'ttp/outcome': 'failed', 'ttp/code': 'GATEWAY_UPSTREAM_CLOSED' });
    await r.gateway.closed;
    const settled = r.entries.findLast(({ type }) => type === 'interaction-settled');
    expect(settled?.data).toMatchObject({ status: 'failed', code: 'GATEWAY_UPSTREAM_CLOSED' });
  });
});

describe('cancellation, progress and kill', () => {
  it('cancels the call of the server when the agent cancels', async () => {
    const r = await rig();
    const aborted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    r.upstream.calls.set('echo', (_, { mcpReq: { signal } }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      begun.resolve();
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const cancelled = r.agent.callTool({ name: 'echo', arguments: {} }, { signal: controller.signal });
    await begun.promise;
    controller.abort('no longer wanted');
    await expect(cancelled).rejects.toThrow('no longer wanted');
    await aborted.promise;
    await r.gateway.close();
    const settled = r.entries.findLast(({ type }) => type === 'interaction-settled');
    expect(settled?.data).toMatchObject({ status: 'failed', code: 'GATEWAY_CANCELLED' });
  });

  it('relays progress under the token of the agent', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', async (params, { mcpReq: { notify } }) => {
      const meta = params['_meta'];
      const progressToken = isJsonObject(meta) ? meta['progressToken'] : undefined;
      for (const progress of [1, 2])
        await notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 2, _meta: { 'ttp/forged': 1 } },
        });
      return text('done');
    });
    const seen: unknown[] = [];
    const onprogress = (progress: unknown): number => seen.push(progress);
    await r.agent.callTool({ name: 'echo', arguments: {} }, { onprogress });
    expect(seen).toEqual([
      { progress: 1, total: 2 },
      { progress: 2, total: 2 },
    ]);
  });

  it('outlives progress for an agent that left', async () => {
    const r = await rig();
    r.upstream.calls.set('echo', async (params, { mcpReq: { notify } }) => {
      const meta = params['_meta'];
      const progressToken = isJsonObject(meta) ? meta['progressToken'] : undefined;
      await r.agent.close();
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      return text('done');
    });
    const left = r.agent.callTool({ name: 'echo', arguments: {} }, { onprogress: () => undefined });
    await expect(left).rejects.toThrow('Connection closed');
    await r.gateway.closed;
    const settled = r.entries.findLast(({ type }) => type === 'interaction-settled');
    expect(settled?.data['status']).toBe('failed');
  });

  it('refuses the calls of a killed agent, and aborts the one under way', async () => {
    proves('gateway.kill');
    const r = await rig();
    const aborted = Promise.withResolvers<void>();
    r.upstream.calls.set('echo', (_, { mcpReq: { signal } }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      queueMicrotask(() => r.ttp.kill(r.ttp.did, { reason: 'security_violation' }));
      return new Promise(() => {});
    });
    const { _meta } = await call(r, 'echo');
    expect(_meta).toMatchObject({ 'ttp/outcome': 'failed', 'ttp/code': 'GUARD_KILLED' });
    await aborted.promise;
    const { _meta: refused } = await call(r, 'echo');
    expect(refused).toMatchObject({
      'ttp/outcome': 'blocked',
      'ttp/code': 'GUARD_KILLED',
    });
    expect(r.upstream.count('tools/call')).toBe(1);
  });

  it('relays nothing for a killed agent, in neither direction', async () => {
    proves('gateway.kill');
    const heard: string[] = [];
    const r = await rig({
      capabilities: { roots: { listChanged: true } },
      prepare: (agent) => {
        agent.fallbackNotificationHandler = ({ method }) => Promise.resolve(void heard.push(method));
      },
    });
    await r.names();
    r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
    const before = r.upstream.received.length;
    const killed = { data: { 'ttp/code': 'GUARD_KILLED' } };
    await expect(r.names()).rejects.toMatchObject(killed);
    await expect(r.agent.listResources()).rejects.toMatchObject(killed);
    await expect(r.upstream.server?.request({ method: 'roots/list' }, ANYTHING)).rejects.toMatchObject(
      killed,
    );
    await r.upstream.server?.notification({ method: 'notifications/tools/list_changed' });
    await r.agent.notification({ method: 'notifications/roots/list_changed' });
    await r.agent.ping();
    expect(r.upstream.received).toHaveLength(before);
    expect(heard).toEqual([]);
    expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual(['GUARD_KILLED', 'GUARD_KILLED']);
  });
});

it('polices what no policy names by its default: denied', async () => {
  const r = await rig({
    upstream: scriptedServer([ECHO, { name: 'unmapped', inputSchema: { type: 'object' } }]),
  });
  const { _meta } = await call(r, 'unmapped');
  expect(_meta).toMatchObject({ 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' });
});

const ANYTHING = {
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
};
