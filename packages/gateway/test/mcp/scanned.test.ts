import { codeOf, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { redactedAnswer } from '../../src/mcp/scanned.js';
import { closeAll, rig } from '../rig.js';
import { ECHO, scriptedServer, text } from '../scripted-server.js';

afterEach(closeAll);

const ANYTHING = {
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
};

/** Published samples, put together so that no scanner takes this file for a leak. */
const KEY = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
const CARD = ['4242', '4242', '4242', '4242'].join(' ');
const BLOCKED = { data: { 'ttp/code': 'GUARD_DLP_BLOCKED' } };

const logged = (data: string): JsonObject => ({ level: 'info', data });

describe('what the agent says without a decision', () => {
  it.each([
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'x', value: KEY } }],
    ['resources/list', { cursor: btoa(KEY) }],
    ['prompts/list', { _meta: { note: CARD } }],
  ])('carries nothing out: %s', async (method, params) => {
    proves('flaw.L2');
    const r = await rig();
    r.upstream.handlers.set(method, () => ({}));
    await expect(r.agent.request({ method, params }, ANYTHING)).rejects.toMatchObject(BLOCKED);
    expect(r.upstream.count(method)).toBe(0);
  });

  it('carries nothing out: a notification', async () => {
    const r = await rig({ capabilities: { roots: { listChanged: true } } });
    await r.agent.notification({ method: 'notifications/roots/list_changed', params: { _meta: { x: KEY } } });
    await r.agent.ping();
    expect(r.upstream.count('notifications/roots/list_changed')).toBe(0);
    expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual(['GUARD_DLP_BLOCKED']);
  });

  it('carries nothing out: its introduction', async () => {
    const upstream = scriptedServer();
    await expect(rig({ upstream, capabilities: { sampling: { [KEY]: {} } } })).rejects.toMatchObject(BLOCKED);
    expect(upstream.received).toEqual([]);
  });
});

describe('what the server says without a decision', () => {
  it('arrives redacted, or not at all: answers and errors', async () => {
    proves('flaw.L2');
    const r = await rig();
    const list = (): Promise<unknown> => r.agent.request({ method: 'resources/list', params: {} }, ANYTHING);
    r.upstream.handlers.set('resources/list', () => ({
      resources: [{ uri: 'a', name: `paid with ${CARD}` }],
    }));
    expect(await list()).toEqual({ resources: [{ uri: 'a', name: 'paid with [REDACTED]' }] });
    r.upstream.handlers.set('resources/list', () => ({ resources: [{ uri: 'a', name: KEY }] }));
    await expect(list()).rejects.toMatchObject(BLOCKED);
    r.upstream.handlers.set('resources/list', () => Promise.reject(new Error(`no ${CARD}`)));
    await expect(list()).rejects.toMatchObject({ message: 'no [REDACTED]' });
  });

  it.each<[{ message: string; data?: Json }, JsonObject]>([
    [
      { message: `no ${CARD}`, data: [CARD] },
      { message: 'no [REDACTED]', data: ['[REDACTED]'] },
    ],
    [{ message: 'no' }, { message: 'no' }],
  ])('keeps the shape of an error: %j', ({ message, data }, expected) => {
    const said = { code: -1, message, ...(data === undefined ? {} : { data }) };
    expect(redactedAnswer({ error: said })).toEqual({ error: { code: -1, ...expected } });
  });

  it('does not bring by a log message or by progress what a result may not bring', async () => {
    const heard: string[] = [];
    const r = await rig({
      prepare: (agent) => {
        agent.fallbackNotificationHandler = ({ params }) =>
          Promise.resolve(void heard.push(JSON.stringify(params)));
      },
    });
    r.upstream.calls.set('echo', async ({ _meta: meta }, { mcpReq }) => {
      const progressToken = isJsonObject(meta) ? meta['progressToken'] : undefined;
      await mcpReq.notify({ method: 'notifications/message', params: logged(`the key is ${KEY}`) });
      await mcpReq.notify({ method: 'notifications/message', params: logged(`the card is ${CARD}`) });
      for (const message of [KEY, `card ${CARD}`])
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: 1, message },
        });
      return text(KEY);
    });
    const told: unknown[] = [];
    const call = { method: 'tools/call', params: { name: 'echo', arguments: {} } };
    const result = await r.agent.request(call, ANYTHING, {
      onprogress: ({ message }) => void told.push(message),
    });
    expect(result).toMatchObject({ _meta: { 'ttp/outcome': 'withheld', 'ttp/code': 'GUARD_DLP_BLOCKED' } });
    await r.agent.ping();
    expect(heard).toEqual([JSON.stringify({ level: 'info', data: 'the card is [REDACTED]' })]);
    expect(told).toEqual(['card [REDACTED]']);
    expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual([
      'GUARD_DLP_BLOCKED',
      'GUARD_DLP_BLOCKED',
    ]);
  });

  it('is not told to an agent that was killed meanwhile', async () => {
    const r = await rig();
    r.upstream.handlers.set('prompts/list', () => {
      r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
      return { prompts: [] };
    });
    await expect(r.agent.request({ method: 'prompts/list', params: {} }, ANYTHING)).rejects.toMatchObject({
      data: { 'ttp/code': 'GUARD_KILLED' },
    });
  });

  it('is redacted in definitions of tools, and a definition that may not be shown is left out', async () => {
    const leak = { ...ECHO, name: 'leak', description: `Uses ${KEY}.` };
    const card = { ...ECHO, name: 'card', description: `Such as ${CARD}.` };
    const r = await rig({ upstream: scriptedServer([ECHO, leak, card]) });
    const { tools } = await r.agent.listTools();
    expect(tools.map(({ name, description }) => `${name}: ${description}`)).toEqual([
      'echo: Says it again.',
      'card: Such as [REDACTED].',
    ]);
  });

  it('is redacted in its instructions, and nothing is found in its name', async () => {
    const upstream = scriptedServer();
    upstream.instructions = `Pay with ${CARD}.`;
    expect((await rig({ upstream })).agent.getInstructions()).toBe('Pay with [REDACTED].');
    const leaking = scriptedServer();
    leaking.version = KEY;
    await expect(rig({ upstream: leaking })).rejects.toMatchObject(BLOCKED);
  });
});
