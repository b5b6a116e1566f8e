import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { CAMPAIGN_TIMEOUT_MS, campaign } from '../reference/campaign.js';

it(
  'says of 25 000 policies and requests what the specification page says',
  async () => {
    proves('decision.D13', 'decision.D14', 'spl.verdict.lattice');
    await campaign('2');
    expect.hasAssertions();
  },
  CAMPAIGN_TIMEOUT_MS,
);
