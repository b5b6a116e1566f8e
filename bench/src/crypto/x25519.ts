import { diffieHellman } from 'node:crypto';
import { x25519 as curves } from '@noble/curves/ed25519.js';
import { systemRandom } from '@ttp/adapters/system';
import { generateExchangeKey, sharedSecret } from '@ttp/crypto';
import type { Portable } from '../portable.ts';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { importPrivate, importPublic } from './keys.ts';

export function exchange(portable: Portable, effort: Effort): Promise<RaceResult> {
  const { secretKey } = generateExchangeKey(systemRandom);
  const other = generateExchangeKey(systemRandom).publicKey;
  const cached = {
    privateKey: importPrivate('x25519', secretKey),
    publicKey: importPublic('x25519', other),
  };
  const imported = (): { privateKey: typeof cached.privateKey; publicKey: typeof cached.publicKey } => ({
    privateKey: importPrivate('x25519', secretKey),
    publicKey: importPublic('x25519', other),
  });
  return race(
    {
      title: 'X25519, shared secret',
      work: 'From raw keys, as a handshake has them: its own ephemeral key and that of the other side. Checked before: the secrets are equal.',
      contestants: [
        {
          name: 'ttp, Node backend',
          ours: true,
          does: 'sharedSecret: refuses low-order points',
          run: () => sharedSecret(secretKey, other),
          answer: () => sharedSecret(secretKey, other),
        },
        {
          name: 'ttp, browser backend',
          ours: true,
          does: 'the same, @noble/curves',
          run: () => portable.sharedSecret(secretKey, other),
          answer: () => portable.sharedSecret(secretKey, other),
        },
        {
          name: 'node:crypto, cached keys',
          does: 'diffieHellman with KeyObjects that stay; no handshake has the other key before',
          run: () => diffieHellman(cached),
          answer: () => Uint8Array.from(diffieHellman(cached)),
        },
        {
          name: 'node:crypto, keys imported each time',
          does: 'both keys from DER, then diffieHellman',
          run: () => diffieHellman(imported()),
          answer: () => Uint8Array.from(diffieHellman(imported())),
        },
        {
          name: '@noble/curves',
          does: 'getSharedSecret',
          run: () => curves.getSharedSecret(secretKey, other),
          answer: () => curves.getSharedSecret(secretKey, other),
        },
      ],
      bars: [
        {
          bar: 'X25519, Node backend: at most 1.15x node:crypto with cached keys',
          value: (m) => m.ratio('ttp, Node backend', 'node:crypto, cached keys'),
          atMost: 1.15,
          unit: 'x',
          why: 'The key of the other side is new in every handshake, so its import belongs to the work: see the row that imports both.',
        },
      ],
    },
    effort,
  );
}
