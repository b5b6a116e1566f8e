import { createHash, hash, randomBytes } from 'node:crypto';
import { sha256 as noble } from '@noble/hashes/sha2.js';
import { hashBytes, sha256 } from '@ttp/crypto';
import type { Portable } from '../portable.ts';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';

export function hashing(portable: Portable, size: number, effort: Effort): Promise<RaceResult> {
  const bytes = Uint8Array.from(randomBytes(size));
  return race(
    {
      title: `SHA-256 of ${size} B`,
      work: 'Checked before: the digests are equal.',
      contestants: [
        {
          name: 'ttp, Node backend, bytes',
          ours: true,
          does: 'sha256: 32 bytes in a Uint8Array of their own',
          run: () => sha256(bytes),
          answer: () => sha256(bytes),
        },
        {
          name: 'ttp, Node backend, written',
          ours: true,
          does: 'hashBytes: `sha256:` and 64 digits, the form in which records hold hashes',
          run: () => hashBytes(bytes),
          answer: () => Uint8Array.from(Buffer.from(hashBytes(bytes).slice(7), 'hex')),
        },
        {
          name: 'ttp, browser backend',
          ours: true,
          does: 'sha256 bundled for a browser',
          run: () => portable.sha256(bytes),
          answer: () => portable.sha256(bytes),
        },
        {
          name: 'node:crypto hash, hex',
          does: 'crypto.hash to a hexadecimal string',
          run: () => hash('sha256', bytes, 'hex'),
          answer: () => Uint8Array.from(Buffer.from(hash('sha256', bytes, 'hex'), 'hex')),
        },
        {
          name: 'node:crypto hash, buffer',
          does: 'crypto.hash to a Buffer',
          run: () => hash('sha256', bytes, 'buffer'),
          answer: () => Uint8Array.from(hash('sha256', bytes, 'buffer')),
        },
        {
          name: 'node:crypto createHash',
          does: 'createHash, update, digest to a Buffer',
          run: () => createHash('sha256').update(bytes).digest(),
          answer: () => Uint8Array.from(createHash('sha256').update(bytes).digest()),
        },
        { name: '@noble/hashes', does: 'sha256', run: () => noble(bytes), answer: () => noble(bytes) },
      ],
    },
    effort,
  );
}
