import { diffieHellman, type KeyObject } from 'node:crypto';
import { x25519 as curves } from '@noble/curves/ed25519.js';
import { systemRandom } from '@ttp/adapters/system';
import { generateExchangeKey, sharedSecret } from '@ttp/crypto';
import type { Bar } from '../bar.ts';
import type { Portable } from '../portable.ts';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { importPrivate, importPublic } from './keys.ts';

interface Peer {
  readonly raw: Uint8Array;
  readonly key: KeyObject;
}

const newPeer = (): Peer => {
  const raw = generateExchangeKey(systemRandom).publicKey;
  return { raw, key: importPublic('x25519', raw) };
};

const US = 'ttp, Node backend';
const CACHED = 'node:crypto, cached keys';

function contestants(portable: Portable, peers: readonly Peer[]): Contestant[] {
  const { secretKey } = generateExchangeKey(systemRandom);
  const privateKey = importPrivate('x25519', secretKey);
  const contestant = (name: string, does: string, secretWith: (peer: Peer) => Uint8Array): Contestant => ({
    name,
    does,
    run: (i) => {
      const peer = peers[i % peers.length];
      return peer === undefined ? undefined : secretWith(peer);
    },
    answer: () => peers.slice(0, 4).map((peer) => Uint8Array.from(secretWith(peer))),
  });
  return [
    {
      ...contestant(
        US,
        'sharedSecret from raw keys: refuses low-order points; imported keys are kept, ours with its owner, others in a bounded cache',
        ({ raw }) => sharedSecret(secretKey, raw),
      ),
      ours: true,
    },
    {
      ...contestant('ttp, browser backend', 'the same, @noble/curves', ({ raw }) =>
        portable.sharedSecret(secretKey, raw),
      ),
      ours: true,
    },
    contestant(CACHED, 'diffieHellman with KeyObjects that stay', ({ key }) =>
      diffieHellman({ privateKey, publicKey: key }),
    ),
    contestant('node:crypto, own key cached', 'the other key from DER, then diffieHellman', ({ raw }) =>
      diffieHellman({ privateKey, publicKey: importPublic('x25519', raw) }),
    ),
    contestant('node:crypto, keys imported each time', 'both keys from DER, then diffieHellman', ({ raw }) =>
      diffieHellman({
        privateKey: importPrivate('x25519', secretKey),
        publicKey: importPublic('x25519', raw),
      }),
    ),
    contestant('@noble/curves', 'getSharedSecret', ({ raw }) => curves.getSharedSecret(secretKey, raw)),
  ];
}

/** More keys than the cache holds. */
const MANY = 4096;

const BAR: Bar = {
  bar: 'X25519, Node backend: at most 1.15x node:crypto with cached keys',
  value: (m) => m.ratio(US, CACHED),
  atMost: 1.15,
  unit: 'x',
  why: 'The digest that shows a kept key to be still the one imported, and the copy of the secret, come on top.',
};

export async function exchange(portable: Portable, effort: Effort): Promise<RaceResult[]> {
  const one = await race(
    {
      title: 'X25519, the same two keys again and again',
      work: 'Checked before: the secrets are equal.',
      contestants: contestants(portable, [newPeer()]),
      bars: [BAR],
    },
    effort,
  );
  const many = await race(
    {
      title: 'X25519, one own key, another peer each time',
      work: `${MANY} peers in turn, as in handshakes. Checked before: the secrets are equal.`,
      contestants: contestants(portable, Array.from({ length: MANY }, newPeer)).filter(
        ({ name }) => name !== CACHED,
      ),
    },
    effort,
  );
  return [one, many];
}
