import { codeRejectedBy, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { digestOf, renderReview } from '../src/index.js';
import { visible } from '../src/render.js';
import { type Ask, alice, bob, decide, rig } from './rig.js';

async function rendered(ask: Ask): Promise<string> {
  const r = rig({ waitMs: 0 });
  await codeRejectedBy(r.ask(ask));
  const [review] = await r.oversight.pending();
  if (review === undefined) throw new Error('nothing is pending');
  return renderReview(review);
}

describe('what an operator sees', () => {
  it('is all that he signs over', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask({ params: { reason: 'payments over 50', level: 1, timeoutMs: 60_000 } }));
    const [review] = await r.oversight.pending();
    if (review === undefined) throw new Error('nothing is pending');
    const { id, request } = review;
    expect(renderReview(review).split('\n')).toEqual([
      `Review ${id} (level 1), pending`,
      `  agent     ${request.agent}`,
      '  action    transfer on accounts/7',
      '  tool      bank',
      '  reason    payments over 50 (rule:payments)',
      `  policy    ${request.policy}, kill epoch 0`,
      '  usable    until 2023-11-14T23:14:20.000Z, at most 100 times',
      `  digest    ${digestOf(request)}`,
      '  decide    before 2023-11-14T22:14:20.000Z',
      '  arguments (written by the agent, untrusted):',
      '    {"amount":100,"to":"bob"}',
    ]);
  });

  it('is the first decision too, for whoever confirms it', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    const conditions = { maxUses: 3, requiresSecondApproval: true };
    const seconding = await decide(r, alice, { conditions, reason: 'invoice\u202e seen' });
    const text = renderReview(seconding);
    if (seconding.state.at !== 'seconding') throw new Error('not seconding');
    expect(text).toContain(`first     ${seconding.state.first.id} by operator-1: invoice\\u{202e} seen`);
    expect(text).toContain('under {"maxUses":3,"requiresSecondApproval":true}');
    expect(renderReview(await decide(r, bob))).toContain(', approved\n');
  });

  it.each([
    ['a line of its own', 'x\n  digest    sha256:00', 'x\\u{a}  digest    sha256:00'],
    ['colours and cursor moves', '\u001b[2K\u001b[1Aok', '\\u{1b}[2K\\u{1b}[1Aok'],
    ['text from right to left', 'a\u202etxt.exe', 'a\\u{202e}txt.exe'],
    ['isolates', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['zero width', 'pay\u200bpal\u200d\ufeff', 'pay\\u{200b}pal\\u{200d}\\u{feff}'],
    ['tags', 'a\u{e0041}', 'a\\u{e0041}'],
    ['variation selectors', 'a\ufe0f\u{e0100}', 'a\\u{fe0f}\\u{e0100}'],
    ['fillers', '\u3164\u2800\u034f', '\\u{3164}\\u{2800}\\u{34f}'],
    ['other blanks', 'a\u00a0b\u3000c', 'a\\u{a0}b\\u{3000}c'],
    ['line separators', 'a\u2028b', 'a\\u{2028}b'],
  ])('cannot hide or imitate anything with %s', async (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    const all = await rendered({ action: text, resource: text, target: text, params: { reason: text } });
    expect(all.split('\n')).toHaveLength(11);
    expect(all).toContain(`action    ${shown} on ${shown}`);
    expect(all).toContain(`tool      ${shown}`);
    expect(all).toContain(`reason    ${shown}`);
    expect((await rendered({ input: { [text]: text } })).split('\n')).toHaveLength(11);
    const beside = await rendered({ claims: { meta: text } });
    expect(beside.split('\n')).toHaveLength(13);
    expect(beside).toContain('beside them (likewise):');
  });

  it('shows other text as it is', () => {
    expect(visible('Zahlung an Jürgen: 100 € (銀行) 🙂')).toBe('Zahlung an Jürgen: 100 € (銀行) 🙂');
  });

  it('is never more than a line, and has nothing invisible', async () => {
    await withSeed('what is shown', 500, (random) => {
      const point = () => random.int(random.pick([0x80, 0x3000, 0x10000, 0x110000]));
      const text = String.fromCodePoint(...Array.from({ length: 40 }, point));
      expect(visible(text)).toMatch(/^[^\p{C}\p{Zl}\p{Zp}\u200b-\u200f\u2060-\u206f]*$/u);
    });
  });
});
