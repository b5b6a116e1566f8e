import { asBasisPoints, asDid, asEpoch, asTraceId, type Decision, type Interaction } from '@ttp/core';
import { hashJson } from '@ttp/crypto';

export const START = 1_700_000_000_000;

/** A payment to `to`, which needs a human. */
export const interactionOf = (to: string): Interaction => ({
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  mode: 'a2t',
  trace: asTraceId('0af7651916cd43dd8448eb211c80319c'),
  agent: asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'),
  target: 'bank',
  action: 'transfer',
  resource: 'accounts/7',
  input: { to },
  claims: {},
  at: START,
});

const HASH = hashJson('crash');

export const decisionOf = (): Decision => ({
  v: 1,
  outcome: 'allow',
  effect: 'allow_with_approval',
  obligations: [],
  risk: { score: asBasisPoints(2000), level: 'low' },
  confidence: asBasisPoints(10_000),
  humanOverridable: true,
  factors: [],
  reasons: [],
  inputs: { interaction: HASH, evidence: HASH, policy: HASH, thresholds: HASH },
  epoch: asEpoch(0),
  at: START,
});
