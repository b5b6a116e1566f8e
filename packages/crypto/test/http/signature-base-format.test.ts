import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createSigner, utf8 } from '../../src/index.js';

const signer = createSigner({
  seed: new Uint8Array(32).fill(9),
  kid: 'did:ttp:agent:x#key-1',
  purposes: ['http-signature'],
});
const sign = (text: string): Promise<unknown> => codeRejectedBy(signer.sign('http-signature', utf8(text)));

describe('the format of a signature base', () => {
  it.each([
    '"@signature-params": ()',
    '"@method": GET\n"@signature-params": ("@method");created=1;keyid="a \\"b\\" c"',
    '"@query-param";name="a b": 1\n"x-a";req;key="k": \n"@signature-params": ("@query-param";name="a b" "x-a";req;key="k");expires=-1;tag="t"',
  ])('takes %j', async (text) => {
    proves('decision.D6');
    expect(await sign(text)).toBeUndefined();
  });

  it.each([
    ['a line that the list does not name', '"@method": GET\n"@path": /\n"@signature-params": ("@method")'],
    [
      'a list that names a line that is not there',
      '"@method": GET\n"@signature-params": ("@method" "@path")',
    ],
    ['another order', '"@method": GET\n"@path": /\n"@signature-params": ("@path" "@method")'],
    ['other parameters', '"x";req: 1\n"@signature-params": ("x")'],
    ['a component twice', '"x": 1\n"x": 2\n"@signature-params": ("x" "x")'],
    ['an open string', '"x": 1\n"@signature-params": ("x");keyid="a'],
    ['a parameter without a name', '"x": 1\n"@signature-params": ("x");;created=1'],
    ['a parameter in capitals', '"x": 1\n"@signature-params": ("x");Created=1'],
    ['a line break in a value', '"x": 1\n2\n"@signature-params": ("x")'],
  ])('refuses %s', async (_, text) => {
    proves('decision.D6', 'flaw.H2');
    expect(await sign(text)).toBe('CRYPTO_PURPOSE_FORMAT');
  });

  it('is no trap for whoever checks it: many separators cost no more than as many letters', async () => {
    for (const text of [
      `"x"${';'.repeat(50_000)}\n"@signature-params": ("x")`,
      `"@signature-params": ()${';'.repeat(50_000)}\u0001`,
      `"@signature-params": ()${';a=1'.repeat(50_000)}\u0001`,
      `"x";a="${'\\"'.repeat(50_000)}: 1\n"@signature-params": ("x")`,
    ])
      expect(await sign(text)).toBe('CRYPTO_PURPOSE_FORMAT');
  });
});
