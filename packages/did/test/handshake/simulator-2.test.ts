import { proves } from '@ttp/testkit';
import { it } from 'vitest';
import { CAMPAIGN_TIMEOUT, campaign } from './campaign.js';

it('an attacker who is the network breaks none of the ten properties', {
  timeout: CAMPAIGN_TIMEOUT,
}, async () => {
  proves('flaw.H1', 'flaw.H3', 'flaw.H6', 'did.handshake.reflection', 'decision.D9');
  await campaign('2');
});
