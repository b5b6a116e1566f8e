import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { isMultiaddr } from '../src/multiaddr.js';

describe('vectors of multiaddresses', () => {
  it.each(vectors<{ multiaddr: string; expect: boolean }>('did/multiaddr'))(
    '$name',
    ({ multiaddr, expect: expected }) => {
      proves('did.document.multiaddr');
      expect(isMultiaddr(multiaddr)).toBe(expected);
    },
  );
});
