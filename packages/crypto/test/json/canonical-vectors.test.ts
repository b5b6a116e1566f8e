import { proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { canonicalBytes, canonicalize, hex, parseJson } from '../../src/index.js';

it('gives the bytes of the test data of RFC 8785', (context) => {
  proves('crypto.jcs');
  for (const name of ['arrays', 'french', 'structures', 'unicode', 'values', 'weird']) {
    const input = thirdParty(`jcs/input/${name}.json`) ?? context.skip(THIRD_PARTY_ABSENT);
    const value = parseJson(input);
    expect(canonicalize(value), name).toBe(thirdParty(`jcs/output/${name}.json`));
    expect(hex(canonicalBytes(value)), name).toBe(thirdParty(`jcs/outhex/${name}.txt`)?.replace(/\s/g, ''));
  }
  expect.hasAssertions();
});

it('writes the numbers of RFC 8785 appendix B', () => {
  proves('crypto.jcs');
  const samples: readonly (readonly [bigint, string])[] = [
    [0x0000000000000000n, '0'],
    [0x8000000000000000n, '0'],
    [0x0000000000000001n, '5e-324'],
    [0x8000000000000001n, '-5e-324'],
    [0x7fefffffffffffffn, '1.7976931348623157e+308'],
    [0x4340000000000000n, '9007199254740992'],
    [0x4430000000000000n, '295147905179352830000'],
    [0x44b52d02c7e14af5n, '9.999999999999997e+22'],
    [0x444b1ae4d6e2ef50n, '1e+21'],
    [0x3eb0c6f7a0b5ed8dn, '0.000001'],
    [0x3eb0c6f7a0b5ed8cn, '9.999999999999997e-7'],
    [0x41b3de4355555553n, '333333333.3333332'],
    [0xbecbf647612f3696n, '-0.0000033333333333333333'],
  ];
  for (const [bits, text] of samples) {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, bits);
    expect(canonicalize(view.getFloat64(0))).toBe(text);
  }
});
