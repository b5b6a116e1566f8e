import type { Client } from '@modelcontextprotocol/client';
import type { JsonObject } from '@ttp/core';
import { codeOf } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from '../rig.js';
import { scriptedServer } from '../scripted-server.js';

afterEach(closeAll);

const ANYTHING = {
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
};

const SAMPLING = { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 };
const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } };

/** An agent that answers whatever its server may ask. */
function willing(asked: string[]): { prepare: (agent: Client) => void; capabilities: JsonObject } {
  return {
    capabilities: { sampling: {}, elicitation: {}, roots: {} },
    prepare(agent) {
      agent.fallbackRequestHandler = ({ method, params }) => {
        asked.push(`${method} ${JSON.stringify(params ?? {})}`);
        return Promise.resolve({
          role: 'assistant',
          model: 'm',
          content: { type: 'text', text: 'SSN 219-09-9999' },
        });
      };
    },
  };
}

const ask = ({ upstream }: Rig, method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
  upstream.server?.request({ method, params }, ANYTHING) ?? Promise.resolve();

describe('a server that asks its agent', () => {
  it('for a sample gets one where the policy allows it, redacted', async () => {
    const asked: string[] = [];
    const r = await rig(willing(asked));
    const meta = { _meta: { 'ttp/approved': true } };
    const result = await ask(r, 'sampling/createMessage', { ...SAMPLING, ...meta });
    expect(result).toEqual({
      role: 'assistant',
      model: 'm',
      content: { type: 'text', text: 'SSN [REDACTED]' },
    });
    expect(asked).toEqual([`sampling/createMessage ${JSON.stringify(SAMPLING)}`]);
    expect(r.entries.filter(({ type }) => type === 'interaction-settled')).toHaveLength(1);
  });

  it('for an answer of its people learns nothing but the code where the policy denies it', async () => {
    const asked: string[] = [];
    const r = await rig(willing(asked));
    await expect(ask(r, 'elicitation/create', FORM)).rejects.toMatchObject({
      code: -32_080,
      data: { 'ttp/code': 'SDK_DENIED' },
    });
    await expect(ask(r, 'elicitation/create', FORM)).rejects.not.toHaveProperty(['data', 'ttp/reasons']);
    expect(asked).toEqual([]);
  });

  it('hears nothing of a killed agent', async () => {
    const asked: string[] = [];
    const r = await rig(willing(asked));
    r.ttp.kill('*', { reason: 'manual_operator_action' });
    await expect(ask(r, 'sampling/createMessage', SAMPLING)).rejects.toMatchObject({
      data: { 'ttp/code': 'GUARD_KILLED' },
    });
    expect(asked).toEqual([]);
  });

  it('hears no more of an agent that is killed while it answers', async () => {
    proves('gateway.kill');
    const aborted = Promise.withResolvers<void>();
    const r = await rig({
      capabilities: { sampling: {} },
      prepare(agent) {
        agent.fallbackRequestHandler = (_, { mcpReq: { signal } }) => {
          signal.addEventListener('abort', () => aborted.resolve());
          r.ttp.kill('*', { reason: 'manual_operator_action' });
          return new Promise(() => {});
        };
      },
    });
    await expect(ask(r, 'sampling/createMessage', SAMPLING)).rejects.toMatchObject({
      data: { 'ttp/code': 'GUARD_KILLED' },
    });
    await aborted.promise;
  });

  it('for the roots gets them where the policy allows it, redacted', async () => {
    const asked: string[] = [];
    const r = await rig(willing(asked));
    expect(await ask(r, 'roots/list')).toMatchObject({ content: { text: 'SSN [REDACTED]' } });
    expect(asked).toEqual(['roots/list {}']);
  });

  it('for the roots gets none elsewhere: the agent would say where relative paths begin', async () => {
    const asked: string[] = [];
    const rules = [{ id: 'a', effect: 'allow', resources: ['mcp:rig/echo'], actions: ['call'] }];
    const policy = { ...POLICY, rules };
    const r = await rig({ ...willing(asked), ttp: { policy } });
    await expect(ask(r, 'roots/list')).rejects.toMatchObject({ data: { 'ttp/code': 'SDK_DENIED' } });
    expect(asked).toEqual([]);
  });

  it.each(['tasks/get', 'anything'])('for %s gets no answer of the agent', async (method) => {
    const asked: string[] = [];
    const r = await rig(willing(asked));
    await expect(ask(r, method)).rejects.toMatchObject({ code: -32_601 });
    expect(asked).toEqual([]);
  });

  it('before the agent is ready waits until it is', async () => {
    const asked: string[] = [];
    const upstream = scriptedServer();
    const answered = Promise.withResolvers<unknown>();
    const { connect } = upstream;
    upstream.connect = async () => {
      const transport = await connect();
      Object.assign(upstream.server ?? {}, {
        oninitialized: () => answered.resolve(upstream.server?.request({ method: 'roots/list' }, ANYTHING)),
      });
      return transport;
    };
    await rig({ upstream, ...willing(asked) });
    expect(await answered.promise).toMatchObject({ role: 'assistant' });
    expect(asked).toEqual(['roots/list {}']);
  });
});

describe('notifications of a server', () => {
  it.each([
    ['notifications/message', { level: 'info', data: 'x' }],
    ['notifications/resources/updated', { uri: 'file:data/a' }],
    ['notifications/resources/list_changed', {}],
    ['notifications/tools/list_changed', {}],
    ['notifications/prompts/list_changed', {}],
  ])('%s arrive', async (method, params) => {
    const heard: string[] = [];
    const r = await rig({ prepare: (agent) => listen(agent, heard) });
    await relayed(r, heard, method, { ...params, _meta: { 'ttp/outcome': 'done' } });
    expect(heard).toEqual([`${method} ${JSON.stringify(params)}`]);
  });

  it.each([
    ['notifications/tasks/status', {}],
    ['notifications/roots/list_changed', {}],
    ['notifications/anything', { a: 1 }],
  ])('%s do not', async (method, params) => {
    const heard: string[] = [];
    const r = await rig({ prepare: (agent) => listen(agent, heard) });
    await relayed(r, heard, method, params);
    expect(heard).toEqual([]);
  });

  it('that are too large are not passed on, and that is a fault', async () => {
    const heard: string[] = [];
    const r = await rig({ prepare: (agent) => listen(agent, heard) });
    await relayed(r, heard, 'notifications/message', { level: 'info', data: 'x'.repeat(2_000_000) });
    expect(heard).toEqual([]);
    expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual(['GATEWAY_RESULT_TOO_LARGE']);
  });
});

function listen(agent: Client, heard: string[]): void {
  agent.fallbackNotificationHandler = ({ method, params }) => {
    heard.push(`${method} ${JSON.stringify(params ?? {})}`);
    return Promise.resolve();
  };
}

async function relayed(r: Rig, heard: string[], method: string, params: JsonObject): Promise<void> {
  await r.upstream.server?.notification({ method, params });
  // Everything is delivered in order, so that the answer to a request comes after what was sent before it.
  await r.names();
  await r.agent.ping();
  expect(heard.length).toBeLessThan(2);
}
