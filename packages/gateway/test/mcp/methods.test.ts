import type { JsonObject } from '@ttp/core';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, rig } from '../rig.js';
import { scriptedServer } from '../scripted-server.js';

afterEach(closeAll);

const ANYTHING = {
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
};

const DENIED = { code: -32_080, data: { 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' } };

describe('methods that the policy decides about', () => {
  it('reads the resource that may be read, and no other', async () => {
    const r = await rig();
    r.upstream.handlers.set('resources/read', ({ uri = '' }) => ({
      contents: [{ uri, text: 'SSN 219-09-9999' }],
    }));
    const { contents, _meta } = await r.agent.readResource({ uri: 'file:data/a' });
    expect(contents).toEqual([{ uri: 'file:data/a', text: 'SSN [REDACTED]' }]);
    expect(_meta).toMatchObject({ 'ttp/outcome': 'done' });
    await expect(r.agent.readResource({ uri: 'file:data/keys/a' })).rejects.toMatchObject(DENIED);
    await expect(r.agent.readResource({ uri: 'file:data/../keys/a' })).rejects.toMatchObject(DENIED);
    expect(r.upstream.count('resources/read')).toBe(1);
  });

  it('subscribes to what may be read, and to nothing else', async () => {
    const r = await rig();
    r.upstream.handlers.set('resources/subscribe', () => ({}));
    await r.agent.subscribeResource({ uri: 'file:data/a' });
    await expect(r.agent.subscribeResource({ uri: 'file:data/keys/a' })).rejects.toMatchObject(DENIED);
    expect(r.upstream.received.filter(({ method }) => method === 'resources/subscribe')).toEqual([
      { method: 'resources/subscribe', params: { uri: 'file:data/a' } },
    ]);
  });

  it('gets prompts where the policy allows it, scanned like every result', async () => {
    const r = await rig();
    const messages = [{ role: 'user', content: { type: 'text', text: 'AKIAIOSFODNN7EXAMPLE' } }];
    r.upstream.handlers.set('prompts/get', ({ name }) => ({ messages: name === 'leak' ? messages : [] }));
    const { _meta } = await r.agent.getPrompt({ name: 'plain', arguments: { a: 'b' } });
    expect(_meta).toMatchObject({ 'ttp/outcome': 'done' });
    expect(r.upstream.received.at(-1)?.params).toEqual({ name: 'plain', arguments: { a: 'b' } });
    await expect(r.agent.getPrompt({ name: 'leak' })).rejects.toMatchObject({
      data: { 'ttp/outcome': 'withheld', 'ttp/code': 'GUARD_DLP_BLOCKED' },
    });
  });

  it.each([
    ['resources/read', {}, 'params.uri'],
    ['resources/read', { uri: 'u'.repeat(8193) }, 'params.uri'],
    ['resources/subscribe', { uri: 1 }, 'params.uri'],
    ['prompts/get', { name: '' }, 'params.name'],
    ['prompts/get', { name: 'a', arguments: 'b' }, 'params.arguments'],
    ['tools/list', { cursor: 'a' }, 'params.cursor'],
  ])('refuses a malformed %s', async (method, params, field) => {
    const r = await rig();
    await expect(r.agent.request({ method, params }, ANYTHING)).rejects.toMatchObject({
      code: -32_602,
      data: { 'ttp/code': 'GATEWAY_BAD_REQUEST', field },
    });
  });
});

describe('methods that are relayed', () => {
  it.each([
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'x', value: 'y' } }],
    ['logging/setLevel', { level: 'debug' }],
    ['prompts/list', { cursor: 'a' }],
    ['resources/list', {}],
    ['resources/templates/list', {}],
    ['resources/unsubscribe', { uri: 'file:data/a' }],
  ])('%s arrives and is answered as it was sent', async (method, params) => {
    const r = await rig();
    r.upstream.handlers.set(method, () => ({ anything: [1], _meta: { 'ttp/forged': true } }));
    const result = await r.agent.request({ method, params }, ANYTHING);
    expect(result).toEqual({ anything: [1] });
    expect(r.upstream.received.at(-1)).toEqual({ method, params });
  });

  it('their errors too', async () => {
    const r = await rig();
    await expect(r.agent.request({ method: 'prompts/list', params: {} }, ANYTHING)).rejects.toMatchObject({
      code: -32_601,
      message: 'Method not found',
    });
  });

  it('ping is answered by the gateway', async () => {
    const r = await rig();
    expect(await r.agent.request({ method: 'ping' }, ANYTHING)).toEqual({});
    expect(r.upstream.count('ping')).toBe(0);
  });
});

describe('what is on no list', () => {
  it.each(['tasks/result', 'tools/execute', 'resources/write', 'constructor'])(
    '%s does not reach the server',
    async (method) => {
      const r = await rig();
      r.upstream.handlers.set(method, () => ({}));
      await expect(r.agent.request({ method, params: {} }, ANYTHING)).rejects.toMatchObject({
        code: -32_601,
      });
      expect(r.upstream.count(method)).toBe(0);
    },
  );

  it('a notification of the agent that is not one of its own does not reach the server', async () => {
    const r = await rig({ capabilities: { roots: { listChanged: true } } });
    await r.agent.notification({ method: 'notifications/tools/list_changed' });
    await r.agent.notification({ method: 'notifications/anything', params: { a: 1 } });
    await r.agent.notification({
      method: 'notifications/roots/list_changed',
      params: { _meta: { 'ttp/x': 1 } },
    });
    await r.names();
    const notified = r.upstream.received.filter(({ method }) => method.startsWith('notifications/'));
    expect(notified).toEqual([{ method: 'notifications/roots/list_changed', params: {} }]);
  });

  it('capabilities whose methods nobody polices are not offered', async () => {
    const upstream = scriptedServer();
    const offered: JsonObject = { ...upstream.capabilities, tasks: { list: {} }, experimental: { x: {} } };
    upstream.capabilities = { ...offered, completions: {} };
    const r = await rig({ upstream, capabilities: { roots: {}, sampling: {}, experimental: { y: {} } } });
    expect(Object.keys(r.agent.getServerCapabilities() ?? {}).sort()).toEqual([
      'completions',
      'logging',
      'prompts',
      'resources',
      'tools',
    ]);
    expect(r.upstream.server?.getClientCapabilities()).toEqual({ roots: {}, sampling: {} });
    expect(r.upstream.server?.getClientVersion()).toEqual({ name: 'agent', version: '1' });
    expect(r.agent.getServerVersion()).toEqual({ name: 'scripted', version: '1.0.0' });
  });
});
