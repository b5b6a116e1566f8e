import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch, Json } from '@ttp/core';
import { loadPolicy } from '@ttp/spl';
import { answerAuthZen, parseAuthZenRequest } from '@ttp/spl/interop';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

/** The port over the fetch of Node: loopback is what the guarded one refuses. */
const loopback: Fetch = {
  async fetch({ url, ...request }) {
    const { method, headers, body, signal } = request;
    const sent = body === undefined ? {} : { body: new Uint8Array(body) };
    const response = await globalThis.fetch(url, { method, headers, signal, ...sent });
    return { status: response.status, headers: {}, body: response.body ?? new ReadableStream() };
  },
};

/** What the decision point permits: reading below data/open. */
const THEIRS = loadPolicy({
  version: '1.0.0',
  rules: [{ id: 'open', effect: 'allow', resources: ['file:data/open/**'], actions: ['read'] }],
});

let server: Server;
let url: string;
let answer: (body: string) => { readonly status?: number; readonly body: string };
let asked: Json[];

const honest = (body: string) => {
  const request = parseAuthZenRequest(JSON.parse(body));
  return { body: JSON.stringify(answerAuthZen(request, { now: 0, policyOf: () => THEIRS })) };
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      asked.push(JSON.parse(text));
      const { status = 200, body } = answer(text);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has such an address
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/access/v1/evaluation`;
});
afterEach(closeAll);
afterAll(() => {
  server.close();
});

/** An enforcement point whose policy wants a yes of the other one. */
async function asking(at = url) {
  asked = [];
  return rig({
    policy: {
      version: '1.0.0',
      rules: [
        {
          id: 'both',
          effect: 'allow',
          resources: ['file:data/**'],
          actions: ['read'],
          conditions: { 'pdp.decision': true },
        },
      ],
    },
    decisionPoint: { url: at, fetch: loopback },
  });
}

it('permits only what the other decision point permits too, and tells it no arguments', async () => {
  answer = honest;
  const r = await asking();
  expect((await r.read('data/open/a')).status).toBe('done');
  expect(await r.read('data/closed/a')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  expect(r.effects()).toBe(1);
  expect(asked[0]).toEqual({
    subject: { type: 'agent', id: r.ttp.did },
    action: { name: 'read' },
    resource: { type: 'file', id: 'data/open/a' },
  });
});

it.each([
  ['a fault of it', { status: 500, body: '{"decision":true}' }],
  ['a word for a truth value', { body: '{"decision":"true"}' }],
  ['a second decision', { body: '{"decision":false,"decision":true}' }],
  ['an answer without end', { body: `{"decision":true,"context":{"x":"${'x'.repeat(70_000)}"}}` }],
  ['no JSON', { body: 'yes' }],
])('does not take %s for a yes', async (_, said) => {
  answer = () => said;
  const r = await asking();
  expect(await r.read('data/open/a')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  expect(r.effects()).toBe(0);
});

it('denies while nobody listens', async () => {
  const r = await asking('http://127.0.0.1:9/');
  expect(await r.read('data/open/a')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
});
