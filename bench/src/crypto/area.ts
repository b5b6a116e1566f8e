import type { RunArea } from '../areas.ts';
import { loadPortable } from '../portable.ts';
import { keygen, signing, verifyingManyKeys, verifyingOneKey } from './ed25519.ts';
import { hashing } from './sha256.ts';
import { exchange } from './x25519.ts';

export const run: RunArea = async (effort) => {
  const portable = await loadPortable();
  return [
    await keygen(portable, effort),
    await signing(portable, effort),
    await verifyingOneKey(portable, effort),
    await verifyingManyKeys(portable, effort),
    await hashing(portable, 64, effort),
    await hashing(portable, 1024, effort),
    await hashing(portable, 65_536, effort),
    ...(await exchange(portable, effort)),
  ];
};
