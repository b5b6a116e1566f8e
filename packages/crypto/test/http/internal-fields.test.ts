import { proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { informationalFields, signRequest, withoutInternalFields } from '../../src/http/index.js';
import { base64 } from '../../src/index.js';
import { random } from '../fixtures.js';
import { agent, NOW, REQUEST, refusal } from './fixtures.js';

/** What is left of a `Connection` of that value. */
const strip = (value: string): unknown => withoutInternalFields([['Connection', value]]);

describe('what only we may set', () => {
  it.each([
    'X-TTP-Trust-Score',
    'x-ttp-agent-did',
    'X_TTP_Trust_Score',
    'X-TTP_Trust-Score',
    'x.ttp.trust',
    'X-Tessorium-Signature',
    'X_TESSORIUM_DEADLINE',
    '_X-TTP-Score',
    'X-TTP-',
  ])('%s goes', (name) => {
    expect(withoutInternalFields({ [name]: '100', Accept: '*/*' })).toEqual([['Accept', '*/*']]);
  });

  it.each(['X-TTPS', 'TTP-Score', 'My-X-TTP-Score', 'X-Tessorium', 'Accept'])('%s stays', (name) => {
    expect(withoutInternalFields([[name, '1']])).toEqual([[name, '1']]);
  });

  it('is not named by Connection either', () => {
    expect(strip('close, X-TTP-Agent-DID')).toEqual([['Connection', 'close']]);
    expect(strip('X_TTP_Agent_DID')).toEqual([]);
    expect(strip('x-tessorium-trace-id,,keep-alive , X-TTP-A')).toEqual([['Connection', ', keep-alive']]);
    expect(strip('keep-alive,  Upgrade')).toEqual([['Connection', 'keep-alive,  Upgrade']]);
  });

  it('never comes through, however it is spelled', async () => {
    await withSeed('spellings', 3000, (draw) => {
      const spelled = 'x-ttp-score'
        .split('')
        .map((char) => (char === '-' ? draw.pick(['-', '_', '.', '~', '+']) : char))
        .map((char) => (draw.chance(0.5) ? char.toUpperCase() : char))
        .join('');
      expect(withoutInternalFields(new Headers([[spelled, '1']])), spelled).toEqual([]);
    });
  });
});

describe('the rendering for people', () => {
  it('says what the signature says, and is no signature', async () => {
    proves('decision.D11');
    const signed = await signRequest(REQUEST, { signer: agent.signer, random: random('info'), now: NOW });
    const fields = informationalFields(signed, '4bf92f3577b34da6a3ce929d0e0e4736');
    expect(fields).toEqual({
      'X-Tessorium-Timestamp': String(NOW),
      'X-Tessorium-Signature': base64(signed.signature),
      'X-Tessorium-Content-Hash': signed.headers['Content-Digest'],
      'X-Tessorium-Signed-Headers': '"@method";"@authority";"@path";"@query";"content-digest";"content-type"',
      'X-Tessorium-Trace-Id': '4bf92f3577b34da6a3ce929d0e0e4736',
      'X-Tessorium-Deadline': String(NOW + 30_000),
    });
    const request = { ...REQUEST, headers: [...REQUEST.headers, ...Object.entries(fields)] };
    expect(await refusal(request)).toBe('CRYPTO_HTTP_NO_SIGNATURE');
    expect(withoutInternalFields(request.headers)).toEqual(REQUEST.headers);
  });
});
