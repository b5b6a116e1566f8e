import { asHash, type JsonObject } from '@ttp/core';
import { createSigner, hashJson, IDENTITY_PURPOSES, signEnvelope } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { signIntent, verifyIntent } from '@ttp/gateway/mcp';
import {
  codeRejectedBy,
  codeThrownBy,
  fakeClock,
  keysOf,
  proves,
  seededRandom,
  testSigner,
} from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from '../rig.js';

afterEach(closeAll);

/** The identity that the rig acts for. */
const identity = () => createIdentity({ type: 'agent', random: seededRandom('gateway'), clock: fakeClock() });

async function open(): Promise<{ r: Rig; keyOf: (kid: string) => Uint8Array | undefined }> {
  const { signer } = await identity();
  const r = await rig({ gateway: { requirements: { intents: signer } } });
  return { r, keyOf: keysOf(signer) };
}

const intentIn = (params: JsonObject | undefined): string => {
  const { _meta: meta } = params ?? {};
  const { 'ttp/intent': intent } = meta as { readonly 'ttp/intent': string };
  return intent;
};

describe('where intents are required', () => {
  it('the action with its canonical arguments is signed before it is decided, recorded and sent', async () => {
    proves('gateway.mcp.stage-intent', 'decision.D6');
    const { r, keyOf } = await open();
    await r.agent.callTool({ name: 'read_file', arguments: { path: 'data/a', n: 1 } });
    const [call] = r.upstream.received.filter(({ method }) => method === 'tools/call');
    const intent = intentIn(call?.params);
    const { body, head, signers } = verifyIntent(intent, { keyOf, now: r.clock.now() });
    expect(head.iss).toBe(r.ttp.did);
    expect(signers).toEqual([r.ttp.did]);
    expect(body).toEqual({
      interaction: r.entries.find(({ type }) => type === 'intent-recorded')?.subject,
      trace: r.ttp.trace().id,
      target: 'rig/read_file',
      action: 'read',
      resource: 'file:data/a',
      input: hashJson({ n: 1, path: 'data/a' }),
    });
    const bundle = (await r.ttp.exportBundle()).replaceAll('\\', '');
    expect(bundle).toContain(intent);
  });

  it('reading a resource is signed for like any call', async () => {
    const { r, keyOf } = await open();
    r.upstream.handlers.set('resources/read', () => ({ contents: [] }));
    await r.agent.readResource({ uri: 'file:data/a' });
    const [asked] = r.upstream.received.filter(({ method }) => method === 'resources/read');
    const { body } = verifyIntent(intentIn(asked?.params), { keyOf, now: r.clock.now() });
    expect(body).toMatchObject({ target: 'rig/resources/read', resource: 'file:data/a' });
  });

  it('it is signed for what is denied, too, and that is not sent', async () => {
    const { r } = await open();
    expect(await r.agent.callTool({ name: 'read_file', arguments: { path: 'data/keys/a' } })).toMatchObject({
      _meta: { 'ttp/code': 'SDK_DENIED' },
    });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('nothing happens where it cannot be signed', async () => {
    const { signer } = await identity();
    const mute = createSigner({ seed: new Uint8Array(32).fill(9), kid: signer.kid, purposes: [] });
    const r = await rig({ gateway: { requirements: { intents: mute } } });
    expect(await r.agent.callTool({ name: 'echo', arguments: {} })).toMatchObject({
      isError: true,
      _meta: { 'ttp/code': 'CRYPTO_PURPOSE_NOT_ALLOWED' },
    });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('an agent sends none in the name of the gateway', async () => {
    const { r, keyOf } = await open();
    await r.agent.callTool({ name: 'echo', arguments: {}, _meta: { 'ttp/intent': 'mine' } });
    const [call] = r.upstream.received.filter(({ method }) => method === 'tools/call');
    expect(verifyIntent(intentIn(call?.params), { keyOf, now: r.clock.now() }).body.target).toBe('rig/echo');
  });

  it('nobody else signs for the agent', async () => {
    const requirements = { intents: testSigner(7, undefined, IDENTITY_PURPOSES) };
    expect(await codeRejectedBy(rig({ gateway: { requirements } }))).toBe('GATEWAY_BAD_OPTION');
  });
});

describe('an intent', () => {
  const BODY = {
    interaction: 'i',
    trace: '0af7651916cd43dd8448eb211c80319c',
    target: 's/t',
    action: 'call',
    resource: 'mcp:s/t',
    input: asHash(`sha256:${'0'.repeat(64)}`),
  };

  it.each([
    ['more', { more: 1 }],
    ['interaction', { interaction: '' }],
    ['target', { target: 7 }],
    ['resource', { resource: null }],
  ])('with a wrong %s is none', async (_member, change) => {
    const signer = testSigner(7, undefined, IDENTITY_PURPOSES);
    const head = { iss: signer.did, iat: 1_700_000_000_000 };
    const envelope = await signEnvelope({
      type: 'ttp/intent@1',
      head,
      body: { ...BODY, ...change },
      signers: [signer],
    });
    const options = { keyOf: keysOf(signer), now: 1_700_000_000_000 };
    expect(codeThrownBy(() => verifyIntent(envelope, options))).toBe('GATEWAY_INTENT_INVALID');
  });

  it('that was changed is nobody’s', async () => {
    const { r, keyOf } = await open();
    const { signer } = await identity();
    const interaction = {
      id: 'i',
      mode: 'a2t' as const,
      trace: r.ttp.trace().id,
      agent: r.ttp.did,
      target: 's/t',
      action: 'call',
      resource: 'mcp:s/t',
      input: { a: 1.5 },
      claims: {},
      at: 1,
    };
    const envelope = await signIntent(interaction, signer, r.clock.now());
    const options = { keyOf, now: r.clock.now() };
    expect(verifyIntent(envelope, options).body.input).toBe(hashJson({ a: 1.5 }));
    const changed = { ...envelope, body: { ...envelope.body, action: 'delete' } };
    expect(codeThrownBy(() => verifyIntent(changed, options))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });
});
