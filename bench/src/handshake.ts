import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { duplexPair } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { asTraceId } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { accept, connect, createEndpoint, createIdentity, memoryResolver } from '@ttp/did';
import type { RunArea } from './areas.ts';
import { race } from './race.ts';

const OURS = 'ttp handshake';
const BARE = 'node:crypto';

/** Two agents that a resolver knows: it verified their key logs once, and looks at them again in each handshake. */
async function agents(): Promise<() => Promise<boolean>> {
  const identities = [
    await createIdentity({ type: 'agent', random, clock }),
    await createIdentity({ type: 'agent', random, clock }),
  ] as const;
  const resolver = memoryResolver({ clock });
  for (const { keyLog } of identities) await resolver.add(keyLog);
  const [a, b] = identities.map(({ did, signer }) =>
    createEndpoint({
      did,
      signer,
      policy: hashJson({}),
      resolver,
      isRevoked: async () => false,
      recorder: { record: async () => [] },
      clock,
      timer,
      random,
      bootAt: 0,
    }),
  );
  if (a === undefined || b === undefined) throw new Error('two agents');
  const trace = asTraceId('0123456789abcdef0123456789abcdef');
  return async () => {
    const [left, right] = duplexPair();
    const [here, there] = await Promise.all([
      connect(a, { peer: b.did, duplex: left, trace }),
      accept(b, { duplex: right, trace }),
    ]);
    const same = here.id === there.id && here.transcript === there.transcript;
    await here.close();
    return same;
  };
}

/** The cryptography that no such handshake can do without, and nothing else. */
function bare(): () => boolean {
  const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')].map(
    ({ privateKey, publicKey }) => ({
      privateKey: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      publicKey: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
    }),
  );
  const transcript = Buffer.alloc(64, 1);
  return () => {
    const [x, y] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')];
    const [one, other] = [
      diffieHellman({ privateKey: x.privateKey, publicKey: y.publicKey }),
      diffieHellman({ privateKey: y.privateKey, publicKey: x.publicKey }),
    ];
    return (
      one.equals(other) &&
      keys.every(({ privateKey, publicKey }) =>
        verify(null, transcript, publicKey, sign(null, transcript, privateKey)),
      )
    );
  };
}

export const run: RunArea = async (effort) => {
  const [meet, floor] = [await agents(), bare()];
  return [
    await race(
      {
        title: 'A handshake of two agents, both sides',
        work: 'Two signatures made and verified, two key exchanges with fresh keys. Checked before: both sides come to the same.',
        contestants: [
          {
            name: OURS,
            ours: true,
            async: true,
            does: 'four messages over a connection in memory, transcript, identity MACs, key schedule, replay state, eight records, a session opened and closed',
            run: async () => void (await meet()),
            answer: meet,
          },
          { name: BARE, does: 'the cryptography alone', run: () => void floor(), answer: floor },
        ],
        bars: [
          {
            bar: 'full handshake: at most 3 ms for both sides on Node',
            value: (m) => m.median(OURS) / 1000,
            atMost: 3,
            unit: ' ms',
            why: 'Time is that of a machine that does other things too; the ratio to the bare cryptography says more.',
          },
        ],
        turnMs: 30,
      },
      effort,
    ),
  ];
};
