import { proves } from '@ttp/testkit';
import { it } from 'vitest';
import { CAMPAIGN_TIMEOUT, campaign } from './campaign.js';

it('two sides end in the same state or safely apart, whatever the network or one of them does', {
  timeout: CAMPAIGN_TIMEOUT,
}, async () => {
  proves('law.N-3', 'flaw.N5', 'pnp.agreement');
  await campaign('5');
});
