import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
  const rules = [{ id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] }];
  const write = (name: string, members: object): string =>
    dir.write(name, { version: '1.0.0', ...members, rules });
  write('wants.json', { requirements: { purpose: 'support', requiredCapabilities: ['data:read'] } });
  write('gives.json', { requirements: { minTrustScore: 60 }, offers: { capabilities: ['data:read'] } });
  write('billing.json', { requirements: { purpose: 'billing' } });
  write('unknown.json', { offers: { capabilities: ['root'] } });
});
afterAll(() => dir.remove());

const merge = (a: string, b: string) => ttpJson(['policy', 'merge', dir.at(a), dir.at(b)]);

describe('ttp policy merge', () => {
  it('shows what two policies come to', async () => {
    const { code, json } = await merge('wants.json', 'gives.json');
    expect(code).toBe(0);
    expect(json).toEqual({
      agreement: {
        layers: [expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)],
        requirements: { minTrustScore: 60, purpose: 'support', requiredCapabilities: ['data:read'] },
        offers: { capabilities: [] },
      },
      hash: expect.stringMatching(/^sha256:/),
      conflicts: [],
    });
    const { out } = await ttp(['policy', 'merge', '--text', dir.at('wants.json'), dir.at('gives.json')]);
    expect(out).toContain('comes together');
  });

  it('says which requirement met which', async () => {
    const { code, json } = await merge('wants.json', 'billing.json');
    expect(code).toBe(1);
    expect(json).toMatchObject({ conflicts: [{ code: 'PNP_NOT_OFFERED' }, { code: 'PNP_PURPOSE' }] });
    expect(json).not.toHaveProperty('agreement');
    const { out } = await ttp(['policy', 'merge', '--text', dir.at('wants.json'), dir.at('billing.json')]);
    expect(out).toMatch(
      /requirements\.purpose "(?:support|billing)", and requirements\.purpose .*\[PNP_PURPOSE\]/,
    );
  });

  it('refuses a capability that nobody could hold', async () => {
    expect((await merge('wants.json', 'unknown.json')).json).toMatchObject({
      error: { code: 'PNP_UNKNOWN_CAPABILITY' },
    });
  });
});
