import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { createSigner, fromHex, hex, IDENTITY_PURPOSES, keyPairOf, parseJson, utf8 } from '@ttp/crypto';
import { didKey, didKeyDocument } from '@ttp/did';
import { type VectorCase, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer } from '../../src/conformance/protocol.js';

const OPERATIONS = operations();

async function step(state: JsonObject | undefined, event: object): Promise<Stepped | string> {
  const line = JSON.stringify({
    id: 0,
    op: 'handshake.step',
    ...(state === undefined ? {} : { state }),
    event,
  });
  const { result, error } = Object(parseJson(await answer(utf8(line), OPERATIONS), { profile: 'foreign' }));
  return isJsonObject(result) ? steppedOf(result) : String(error.code);
}

interface Stepped {
  readonly state: JsonObject;
  readonly emitted: readonly JsonObject[];
}

function steppedOf({ state, emitted }: JsonObject): Stepped {
  if (!isJsonObject(state) || !Array.isArray(emitted)) return expect.unreachable('no state, nothing emitted');
  return { state, emitted: emitted.map((one: Json) => (isJsonObject(one) ? one : {})) };
}

/** The step, which must not be refused. */
async function taken(state: JsonObject | undefined, event: object): Promise<Stepped> {
  const stepped = await step(state, event);
  return typeof stepped === 'string' ? expect.unreachable(stepped) : stepped;
}

interface Golden extends VectorCase {
  readonly binding: string;
  readonly wall: number;
  readonly initiator: GoldenSide;
  readonly responder: GoldenSide;
  readonly expect?: Readonly<
    Record<'init' | 'challengeResponse' | 'response' | 'complete' | 'session', string>
  >;
}

interface GoldenSide {
  readonly seed: string;
  readonly ephemeral: string;
  readonly nonce: string;
  readonly policy: string;
}

/** Somebody with a key, as the requests have it. */
function partyOf({ seed, ephemeral, nonce, policy }: GoldenSide, binding: string) {
  const { publicKey } = keyPairOf(fromHex(seed));
  const document = didKeyDocument(didKey(publicKey));
  const kid = document.authentication[0] ?? '';
  const side = { did: document.id, kid, policy, publicKey: hex(publicKey), ephemeral, nonce, binding };
  const signer = createSigner({ seed: fromHex(seed), kid, purposes: IDENTITY_PURPOSES });
  return { document, side, signer };
}

/** A text of the one thing of a kind that a step asks for. */
function emittedText({ emitted }: Stepped, kind: string, member: string): string {
  const value = emitted.find((one) => one['do'] === kind)?.[member];
  return typeof value === 'string' ? value : expect.unreachable(`no ${kind}`);
}

const said = (stepped: Stepped): string => emittedText(stepped, 'send', 'bytes');
const did = ({ emitted }: Stepped): readonly Json[] => emitted.map((one) => one['do'] ?? null);

/** What a side that was asked to sign signs. */
async function signed(stepped: Stepped, { signer }: ReturnType<typeof partyOf>): Promise<Stepped> {
  const [purpose, payload] = ['purpose', 'payload'].map((name) => emittedText(stepped, 'sign', name));
  const signature = await signer.sign(purpose ?? '', fromHex(payload ?? ''));
  return taken(stepped.state, { type: 'signed', now: 0, signature: hex(signature) });
}

const golden = vectors<Golden>('handshake').filter((one) => one.expect !== undefined);

describe('handshake.step', () => {
  it.each(golden)(
    'goes through $name, message by message',
    async ({ binding, wall, initiator, responder, expect: messages }) => {
      const [alice, bob] = [partyOf(initiator, binding), partyOf(responder, binding)];
      const at = { now: 0, wall };
      let a = await taken(undefined, { type: 'start', side: alice.side, peer: bob.document, ...at });
      expect([said(a), a.state['at'], a.state['role']]).toEqual([
        hex(utf8(messages?.init ?? '')),
        'waiting',
        'initiator',
      ]);
      let b = await taken(undefined, { type: 'init', side: bob.side, bytes: said(a), ...at });
      expect([did(b), b.state['at']]).toEqual([['record', 'resolve'], 'resolving']);
      b = await taken(b.state, { type: 'resolved', document: alice.document, revoked: false, ...at });
      b = await signed(b, bob);
      expect([said(b), b.state['at']]).toEqual([hex(utf8(messages?.challengeResponse ?? '')), 'answered']);
      a = await signed(await taken(a.state, { type: 'message', bytes: said(b), ...at }), alice);
      expect([said(a), a.state['at']]).toEqual([hex(utf8(messages?.response ?? '')), 'confirming']);
      b = await taken(b.state, { type: 'message', bytes: said(a), ...at });
      expect([said(b), b.state['at'], b.state['session']]).toEqual([
        hex(utf8(messages?.complete ?? '')),
        'complete',
        messages?.session,
      ]);
      a = await taken(a.state, { type: 'message', bytes: said(b), ...at });
      expect([a.state['at'], a.state['session'], did(a)]).toEqual([
        'complete',
        messages?.session,
        ['erase', 'record', 'complete'],
      ]);
    },
  );

  const [first] = golden;
  const begun = async (): Promise<Stepped> => {
    if (first === undefined) return expect.unreachable('no golden handshake');
    const [alice, bob] = [partyOf(first.initiator, ''), partyOf(first.responder, '')];
    return taken(undefined, {
      type: 'start',
      side: alice.side,
      peer: bob.document,
      now: 5,
      wall: first.wall,
    });
  };

  it('ends in time, by a fault, and with the refusal of a message; a tick alone changes nothing', async () => {
    const { state } = await begun();
    expect((await taken(state, { type: 'tick', now: 6 })).state).toEqual(state);
    const late = await taken(state, { type: 'tick', now: 10_005 });
    expect(late.state).toMatchObject({ at: 'failed', code: 'DID_HANDSHAKE_EXPIRED' });
    expect(did(late)).toEqual(['erase', 'record', 'abort']);
    const fault = await taken(state, { type: 'fault', now: 6, code: 'DID_HANDSHAKE_CLOSED' });
    expect(fault.state).toMatchObject({ at: 'failed', code: 'DID_HANDSHAKE_CLOSED' });
    const bad = await taken(state, { type: 'message', now: 6, wall: 6, bytes: '7b7d' });
    expect(bad.state).toMatchObject({ at: 'failed', code: 'DID_HANDSHAKE_ORDER' });
    expect(await step(state, { type: 'signed', now: 6, signature: '00' })).toBe('DID_HANDSHAKE_ORDER');
  });

  it.each<[string, (state: JsonObject) => JsonObject]>([
    ['another place', (state) => ({ ...state, at: 'complete' })],
    ['another deadline', (state) => ({ ...state, deadline: 99_999_999 })],
    ['a member that is none', (state) => ({ ...state, trusted: true })],
    ['no events', (state) => ({ ...state, events: [] })],
    ['events that do not begin', (state) => ({ ...state, events: [{ type: 'tick', now: 0 }] })],
    ['events that are none', (state) => ({ ...state, events: [1] })],
    [
      'more events than a handshake has',
      (state) => ({ ...state, events: Array.from({ length: 17 }, () => ({})) }),
    ],
  ])('takes no state that says %s', async (_, change) => {
    const { state } = await begun();
    expect(await step(change(state), { type: 'tick', now: 6 })).toBe('CONFORMANCE_BAD_REQUEST');
  });

  it.each<[string, object]>([
    ['an event of another machine', { type: 'tick', now: 6 }],
    ['no side', { type: 'start', now: 0, wall: 0 }],
    ['a secret that is too short', { type: 'start', now: 0, wall: 0, side: { ephemeral: '00' } }],
    ['a time that is none', { type: 'start', now: 0.5, wall: 0 }],
  ])('does not begin with %s', async (_, event) => {
    expect(await step(undefined, event)).toBe('CONFORMANCE_BAD_REQUEST');
  });

  it('does not begin with oneself', async () => {
    const { side, document } = partyOf(first?.initiator ?? expect.unreachable('no golden handshake'), '');
    expect(await step(undefined, { type: 'start', side, peer: document, now: 0, wall: 0 })).toBe(
      'DID_HANDSHAKE_SELF',
    );
  });
});
