import type { Decision, Factor } from '@ttp/core';

/** A decision about an agent whose identity was verified, or about a stranger: what handlers read of it. */
export const decided = (isKnown = true): Decision => {
  const identity: Pick<Factor, 'name' | 'backed' | 'risk'> = {
    name: 'identity',
    backed: true,
    risk: (isKnown ? 0 : 10_000) as Factor['risk'],
  };
  return { factors: [identity] } as unknown as Decision;
};
