import { verify as nodeVerify } from 'node:crypto';
import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, asTraceId, type Hash, type JsonObject } from '@ttp/core';
import {
  createSigner,
  encodeEnvelope,
  envelopeId,
  frame,
  LOG_PURPOSES,
  multikey,
  signEnvelope,
  type VerifyEnvelopeOptions,
  verifyChain,
} from '@ttp/crypto';
import { openRecorder, type TraceTrust, verifyTrace } from '@ttp/etr-merkle/trace';
import type { RunArea } from './areas.ts';
import { newKey, signed } from './crypto/keys.ts';
import { loadPortable } from './portable.ts';
import { race } from './race.ts';

const COUNT = 1000;
const TYPE = 'ttp/receipt@1';

/** What a receipt says, as both sides of an interaction keep it. */
const receiptBody = (i: number): JsonObject => ({
  session: `session-${i}`,
  action: 'read',
  resource: `file:projects/p${i % 100}/notes`,
  outcome: 'done',
  at: 1_763_726_400_000 + i,
  input: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  output: 'sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
});

const parse = ({ session }: JsonObject): string => JSON.stringify(session);

/** Signed receipts of one issuer, each naming the one before. */
async function receipts(): Promise<{ wire: string[]; options: VerifyEnvelopeOptions<string> }> {
  const { seed, publicKey } = newKey();
  const iss = asDid(`did:key:${multikey(publicKey)}`);
  const signer = createSigner({ seed, kid: `${iss}#key-1`, purposes: [TYPE] });
  const wire: string[] = [];
  let prev: Hash | undefined;
  for (let i = 0; i < COUNT; i++) {
    const head = { iss, iat: clock.now(), ...(prev === undefined ? {} : { prev }) };
    const envelope = await signEnvelope({ type: TYPE, head, body: receiptBody(i), signers: [signer] });
    prev = envelopeId(envelope);
    wire.push(encodeEnvelope(envelope));
  }
  return { wire, options: { type: TYPE, parse, keyOf: () => publicKey, now: clock.now() } };
}

/** The same contents as entries of a log, exported under one signed tree head. */
async function bundle(): Promise<{ text: string; trust: TraceTrust }> {
  const agent = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');
  const signer = createSigner({ seed: random.bytes(32), kid: `${agent}#log-1`, purposes: LOG_PURPOSES });
  const recorder = await openRecorder({ storage: memory(), clock, timer, random, signer, origin: agent });
  const trace = asTraceId('0123456789abcdef0123456789abcdef');
  const events = Array.from({ length: COUNT }, (_, i) => ({
    type: 'effect-finished' as const,
    component: 'bench',
    at: clock.now(),
    trace,
    agent,
    subject: `session-${i}`,
    data: receiptBody(i),
  }));
  await recorder.record(events);
  const text = await recorder.exportBundle();
  await recorder.close();
  const { kid, publicKey } = signer;
  return { text, trust: { logKeys: [{ origin: agent, kid, publicKey }] } };
}

const EACH = 'ttp, each signature';
const CHECKPOINT = 'ttp, one checkpoint';
const NATIVE = 'node:crypto';

export const run: RunArea = async (effort) => {
  const portable = await loadPortable();
  const { wire, options } = await receipts();
  const { text, trust } = await bundle();
  const raw = signed(newKey(), frame(TYPE, Buffer.from(wire[0] ?? '')));
  const check = (verify: (list: readonly string[]) => unknown): boolean[] => {
    const forged = [...wire];
    forged[500] = wire[500]?.replace('"done"', '"gone"') ?? '';
    let refused = false;
    try {
      verify(forged);
    } catch {
      refused = true;
    }
    return [verify(wire) !== undefined, refused];
  };
  const checkBundle = (verify: typeof verifyTrace): boolean[] => [
    verify(text, trust).valid,
    !verify(text.replace('session-500', 'session-5oo'), trust).valid,
  ];
  return [
    await race(
      {
        title: `${COUNT} receipts of one issuer`,
        work: 'Microseconds a whole chain. Checked before: the chain is valid, and one changed receipt in it is found.',
        contestants: [
          {
            name: EACH,
            ours: true,
            does: 'verifyChain: strict parsing, canonical form, hash link and strict signature of every receipt',
            run: () => verifyChain(wire, options),
            answer: () => check((list) => verifyChain(list, options)),
          },
          {
            name: CHECKPOINT,
            ours: true,
            does: 'verifyTrace: a bundle of the same contents; every leaf hashed, the root recomputed, hash chains, two signatures',
            run: () => verifyTrace(text, trust),
            answer: () => checkBundle(verifyTrace),
          },
          {
            name: 'ttp, each signature, browser backend',
            ours: true,
            does: 'as the first, @noble alone',
            run: () => portable.verifyChain(wire, options),
            answer: () => check((list) => portable.verifyChain(list, options)),
            rounds: 5,
          },
          {
            name: 'ttp, one checkpoint, browser backend',
            ours: true,
            does: 'as the second, @noble alone',
            run: () => portable.verifyTrace(text, trust),
            answer: () => checkBundle(portable.verifyTrace),
          },
          {
            name: NATIVE,
            does: `${COUNT} times crypto.verify with a cached key over as many bytes, nothing parsed or linked: the limit with each signature`,
            run: () => {
              let valid = 0;
              for (let i = 0; i < COUNT; i++)
                if (nodeVerify(null, raw.message, raw.key.publicObject, raw.signature)) valid++;
              return valid;
            },
          },
        ],
        bars: [
          {
            bar: 'chain verify 1000: at most 1.3x 1000 native verifications',
            value: (m) => m.ratio(EACH, NATIVE),
            atMost: 1.3,
            unit: 'x',
            why: 'Strict JSON, the canonical form and the hash of every receipt are JavaScript.',
          },
          {
            bar: 'chain with one checkpoint: at most 1/5 of each signature',
            value: (m) => m.ratio(CHECKPOINT, EACH),
            atMost: 0.2,
            unit: 'x',
            why: 'No signature is left, but every line is parsed strictly and hashed twice.',
          },
          {
            bar: '1000 receipts, natively, each signature: below 0.2 s',
            value: (m) => m.median(EACH) / 1e6,
            atMost: 0.2,
            unit: ' s',
            why: 'Nearly all of it is the native verification of 1000 signatures.',
          },
          {
            bar: '1000 receipts, natively, one checkpoint: below 40 ms',
            value: (m) => m.median(CHECKPOINT) / 1e3,
            atMost: 40,
            unit: ' ms',
            why: 'Every line is parsed strictly and hashed twice.',
          },
          {
            bar: 'chain, browser backend alone, each signature: below 1 s',
            value: (m) => m.median('ttp, each signature, browser backend') / 1e6,
            atMost: 1,
            unit: ' s',
            why: 'A verification by @noble takes over a millisecond; take the checkpoint there.',
          },
          {
            bar: 'chain, browser backend alone, one checkpoint: below 1 s',
            value: (m) => m.median('ttp, one checkpoint, browser backend') / 1e6,
            atMost: 1,
            unit: ' s',
            why: 'Every line is parsed strictly and hashed.',
          },
        ],
        rounds: 11,
        turnMs: 20,
      },
      effort,
    ),
  ];
};
