import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type JsonObject,
  MESSAGE_MAX_AGE_MS,
  TtpError,
} from '@ttp/core';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  base64url,
  createReplayGuard,
  createSigner,
  encodeEnvelope,
  IDENTITY_PURPOSES,
  keyPairOf,
  signEnvelope,
  utf8,
  type VerifyEnvelopeOptions,
  verifyEnvelope,
} from '../../src/index.js';
import { didOf, keysOf, type Person, person } from '../fixtures.js';

const NOW = 1_700_000_000_000;
const [alice, bob, carol] = [person(1), person(2), person(3)];
const record = await signEnvelope({
  type: 'ttp/policy@1',
  head: { iss: alice.did, iat: NOW },
  body: { serial: 1, text: '{}' },
  signers: [alice.signer],
});
const options = (
  more: Partial<VerifyEnvelopeOptions<JsonObject>> = {},
): VerifyEnvelopeOptions<JsonObject> => ({
  type: 'ttp/policy@1',
  parse: (body) => body,
  keyOf: keysOf(alice, bob, carol),
  now: NOW,
  ...more,
});
const refuse = (): never => {
  throw new TtpError('SPL_BAD_POLICY', 'a member nobody knows');
};
const message = (n: number, iat = NOW, from = alice): ReturnType<typeof signEnvelope> =>
  signEnvelope({
    type: 'ttp/challenge@1',
    head: { iss: from.did, iat, aud: bob.did, nonce: base64url(new Uint8Array(32).fill(n)) },
    body: {},
    signers: [from.signer],
  });

describe('what verifyEnvelope returns', () => {
  it('is a copy, which later changes of the input do not reach', () => {
    const changing = { ...record, body: { ...record.body } };
    const verified = verifyEnvelope(changing, options());
    changing.body.serial = 2;
    expect(verified.body).toEqual({ serial: 1, text: '{}' });
    expect(codeThrownBy(() => verifyEnvelope(changing, options()))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('is what was signed, also where the input answers differently each time', () => {
    proves('flaw.J1');
    let looks = 0;
    const twoFaced = new Proxy(record.body, {
      getOwnPropertyDescriptor(target, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
        return key === 'serial' && descriptor && looks++ > 0 ? { ...descriptor, value: 666 } : descriptor;
      },
    });
    expect(verifyEnvelope({ ...record, body: twoFaced }, options()).body['serial']).toBe(1);
  });

  it('comes from the parser, which sees nothing before the signatures verified', () => {
    proves('flaw.J2');
    let parsed = 0;
    const parse = (body: JsonObject): JsonObject => {
      parsed++;
      return body;
    };
    const forged = { ...record, body: { ...record.body, serial: 2 } };
    expect(codeThrownBy(() => verifyEnvelope(forged, options({ parse })))).toBe(
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    );
    expect(parsed).toBe(0);
    verifyEnvelope(record, options({ parse }));
    expect(parsed).toBe(1);
  });

  it('is nothing where the parser refuses', () => {
    proves('flaw.J2');
    expect(codeThrownBy(() => verifyEnvelope(record, options({ parse: refuse })))).toBe('SPL_BAD_POLICY');
  });

  it('has a signed member that no reader skips: an unknown one is refused, not stripped', () => {
    proves('flaw.J2');
    const wider = { ...record, head: { ...record.head, delegate: 'did:example:mallory' } };
    expect(codeThrownBy(() => verifyEnvelope(wider, options()))).toBe('CRYPTO_ENVELOPE_SHAPE');
  });
});

it('tells the rule and the key lookup what they need', () => {
  const asked: unknown[] = [];
  const { id } = verifyEnvelope(
    record,
    options({
      signers: (head: EnvelopeHead, body) => {
        asked.push(head.iss, body['serial']);
        return { all: [head.iss] };
      },
      keyOf: (kid, envelope) => {
        asked.push(kid, envelope);
        return alice.publicKey;
      },
    }),
  );
  expect(asked).toEqual([alice.did, 1, alice.kid, id]);
});

it('accepts no envelope in which one byte differs', () => {
  proves('crypto.envelope', 'crypto.validation.signature');
  const wire = utf8(encodeEnvelope(record));
  for (let at = 0; at < wire.length; at++) {
    const changed = Uint8Array.from(wire, (byte, i) => (i === at ? byte ^ 1 : byte));
    expect(
      codeThrownBy(() => verifyEnvelope(changed, options())),
      `byte ${at}`,
    ).toMatch(/^CRYPTO_/);
  }
});

it('refuses hostile bytes with a code, and never otherwise', async () => {
  const wire = encodeEnvelope(record);
  await withSeed('hostile envelopes', 1000, (random) => {
    const at = random.int(wire.length);
    const changed =
      wire.slice(0, at) +
      random.pick(['', '"', '{', '[]', 'null', '\\u0000', '1e9', ',']) +
      wire.slice(at + random.int(9));
    if (changed !== wire) expect(codeThrownBy(() => verifyEnvelope(changed, options()))).toMatch(/^CRYPTO_/);
  });
  expect(codeThrownBy(() => verifyEnvelope(wire, options()))).toBeUndefined();
});

describe('an object that is no envelope is refused with a code', () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const without = (member: string): object =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== member));
  const signature = record.sigs[0];
  it.each<[what: string, value: unknown, code: string]>([
    ['no type', without('type'), 'CRYPTO_ENVELOPE_SHAPE'],
    ['no head', without('head'), 'CRYPTO_ENVELOPE_SHAPE'],
    ['no body', without('body'), 'CRYPTO_ENVELOPE_SHAPE'],
    ['no sigs', without('sigs'), 'CRYPTO_ENVELOPE_SHAPE'],
    ['no members', {}, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a head without members', { ...record, head: {} }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a head that is null', { ...record, head: null }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a body that is a list', { ...record, body: [] }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a type that is a number', { ...record, type: 7 }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['signatures in an object', { ...record, sigs: { 0: signature } }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a signature that is null', { ...record, sigs: [null] }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a signature without members', { ...record, sigs: [{}] }, 'CRYPTO_ENVELOPE_SHAPE'],
    ['null', null, 'CRYPTO_ENVELOPE_SHAPE'],
    ['a list', [record], 'CRYPTO_ENVELOPE_SHAPE'],
    ['a number', 7, 'CRYPTO_ENVELOPE_SHAPE'],
    ['nothing', undefined, 'CRYPTO_JSON_NOT_PLAIN'],
    ['signatures that are undefined', { ...record, sigs: undefined }, 'CRYPTO_JSON_NOT_PLAIN'],
    ['a Map', { ...record, head: new Map() }, 'CRYPTO_JSON_NOT_PLAIN'],
    ['a proxy that was revoked', revoked, 'CRYPTO_JSON_NOT_PLAIN'],
  ])('%s', (_what, value, code) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may pass
    const envelope = value as Envelope;
    expect(codeThrownBy(() => verifyEnvelope(envelope, options()))).toBe(code);
    expect(codeThrownBy(() => encodeEnvelope(envelope))).toBe(code);
  });
});

it('refuses keys that are no keys', () => {
  for (const length of [0, 31, 33])
    expect(codeThrownBy(() => verifyEnvelope(record, options({ keyOf: () => new Uint8Array(length) })))).toBe(
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    );
});

it('refuses what is longer than its reader takes', () => {
  expect(codeThrownBy(() => verifyEnvelope(encodeEnvelope(record), options({ maxBytes: 100 })))).toBe(
    'CRYPTO_JSON_TOO_LARGE',
  );
  expect(codeThrownBy(() => verifyEnvelope(record, options({ maxBytes: 100 })))).toBe(
    'CRYPTO_JSON_TOO_LARGE',
  );
});

it('refuses every time where the clock says nothing sensible', async () => {
  const sent = await message(1);
  const reader = { type: 'ttp/challenge@1', audience: bob.did, now: Number.NaN } as const;
  expect(codeThrownBy(() => verifyEnvelope(sent, options(reader)))).toBe('CRYPTO_MESSAGE_STALE');
  const expiring = await signEnvelope({
    ...record,
    type: 'ttp/policy@1',
    head: { ...record.head, exp: NOW + 1 },
    signers: [alice.signer],
  });
  expect(codeThrownBy(() => verifyEnvelope(expiring, options({ now: Number.NaN })))).toBe(
    'CRYPTO_ENVELOPE_EXPIRED',
  );
});

describe('messages and records', () => {
  it('refuses the same message again, and takes the same record', async () => {
    proves('crypto.validation.nonce');
    const replay = createReplayGuard({ bootAt: 0 });
    const reader = options({ type: 'ttp/challenge@1', audience: bob.did, replay });
    const sent = await message(1);
    verifyEnvelope(sent, reader);
    expect(codeThrownBy(() => verifyEnvelope(sent, reader))).toBe('CRYPTO_REPLAYED');
    expect(codeThrownBy(() => verifyEnvelope(sent, { ...reader, now: NOW + MESSAGE_MAX_AGE_MS }))).toBe(
      'CRYPTO_REPLAYED',
    );
    expect(verifyEnvelope(record, options({ replay })).id).toBe(
      verifyEnvelope(record, options({ replay })).id,
    );
  });

  it('refuses messages older than 5 min and stamped more than 1 min ahead', async () => {
    proves('crypto.validation.past', 'crypto.validation.future');
    const reader = options({ type: 'ttp/challenge@1', audience: bob.did });
    for (const [iat, code] of [
      [NOW - 300_001, 'CRYPTO_MESSAGE_STALE'],
      [NOW - 300_000, undefined],
      [NOW + 60_000, undefined],
      [NOW + 60_001, 'CRYPTO_MESSAGE_FUTURE'],
    ] as const) {
      const sent = await message(1, iat);
      const replay = createReplayGuard({ bootAt: 0 });
      expect(
        codeThrownBy(() => verifyEnvelope(sent, { ...reader, replay })),
        String(iat - NOW),
      ).toBe(code);
    }
  });

  it('does not read a message without a replay guard', async () => {
    const sent = await message(1);
    const reader = options({ type: 'ttp/challenge@1', audience: bob.did });
    expect(codeThrownBy(() => verifyEnvelope(sent, reader))).toBe('CRYPTO_REPLAY_GUARD_MISSING');
  });

  it('lets nobody fill the guard who is not authenticated, nor in the name of another', async () => {
    proves('flaw.H9', 'crypto.validation.nonce');
    const replay = createReplayGuard({ bootAt: 0, perKey: 1, total: 1 });
    const reader = options({ type: 'ttp/challenge@1', audience: bob.did, replay });
    const sent = await message(1);
    for (let n = 2; n < 20; n++) {
      const forged = {
        ...(await message(n, NOW, carol)),
        head: { ...sent.head, nonce: base64url(new Uint8Array(32).fill(n)) },
      };
      expect(codeThrownBy(() => verifyEnvelope(forged, reader))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
      const inHerName = await signEnvelope({
        type: 'ttp/challenge@1',
        head: forged.head,
        body: {},
        signers: [carol.signer],
      });
      const lenient = { ...reader, signers: () => ({ all: [carol.did] }) };
      expect(codeThrownBy(() => verifyEnvelope(inHerName, lenient))).toBe('CRYPTO_ENVELOPE_SIGNER_MISSING');
    }
    expect(codeThrownBy(() => verifyEnvelope(sent, reader))).toBeUndefined();
  });
});

describe('the counting of signers', () => {
  it('counts by inception and by public key, as a naive model does', async () => {
    proves('crypto.envelope');
    const dids: readonly Did[] = [didOf('A'), didOf('A', 'tool'), didOf('B'), didOf('C')];
    const seeds = [11, 12, 13].map((n) => new Uint8Array(32).fill(n));
    let accepted = 0;
    await withSeed('counting signers', 150, async (random) => {
      const all = dids.flatMap((did) =>
        ['k1', 'k2'].map((key) => ({ did, kid: `${did}#${key}`, seed: random.pick(seeds) })),
      );
      const people: readonly Person[] = random
        .shuffle(all)
        .slice(0, 1 + random.int(4))
        .map((someone) => ({
          ...someone,
          publicKey: keyPairOf(someone.seed).publicKey,
          signer: createSigner({ ...someone, purposes: IDENTITY_PURPOSES }),
        }));
      const envelope = await signEnvelope({
        type: 'ttp/policy@1',
        head: { iss: alice.did, iat: NOW },
        body: {},
        signers: people.map(({ signer }) => signer),
      });
      const atLeast = 1 + random.int(3);
      const code = codeThrownBy(() =>
        verifyEnvelope(
          envelope,
          options({ signers: () => ({ of: dids, atLeast }), keyOf: keysOf(...people) }),
        ),
      );
      expect(code).toBe(naiveCount(people) >= atLeast ? undefined : 'CRYPTO_ENVELOPE_SIGNER_MISSING');
      if (code === undefined) accepted++;
    });
    expect(accepted).toBeGreaterThan(30);
  });

  it('takes one inception under two types for one signer', async () => {
    const [agent, tool] = [didOf('A'), didOf('A', 'tool')];
    expect(
      codeThrownBy(() =>
        verifyEnvelope(record, options({ signers: () => ({ of: [agent, tool], atLeast: 2 }) })),
      ),
    ).toBe('CRYPTO_ENVELOPE_SIGNERS_RULE');
  });
});

/** The number of people who could be behind these signatures at the least: merge two that share something, until none do. */
function naiveCount(people: readonly Person[]): number {
  const group = people.map((_, i) => i);
  for (const _ of people)
    for (const [i, a] of people.entries())
      for (const [j, b] of people.entries())
        if (a.did.split(':')[3] === b.did.split(':')[3] || String(a.seed) === String(b.seed)) {
          const lowest = Math.min(group[i] ?? 0, group[j] ?? 0);
          group[i] = lowest;
          group[j] = lowest;
        }
  return new Set(group).size;
}
