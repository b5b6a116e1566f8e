import type { Rate, Stage } from '@ttp/core';

const MINUTE = 60_000;
const perMinute = (requests: number): Rate => ({ requests, windowMs: MINUTE });

/** Rates by the name of what they are for. */
export type RateTable = Readonly<Record<string, Rate>>;

/** What each peer may do (ttp-protocol.txt L2969-2971, trust-mesh-spec.txt L130). It recovers as time goes by. */
export const PEER_RATES: RateTable = {
  'attestation-publish': perMinute(10),
  'revocation-publish': perMinute(5),
  'dht-put': perMinute(100),
  message: perMinute(100),
};

/** How much each peer may publish on a topic (ttp-protocol.txt L1811-1815). */
export const TOPIC_RATES: RateTable = {
  '/tessorium/attestations/1.0.0': perMinute(10),
  '/tessorium/revocations/1.0.0': perMinute(5),
  '/tessorium/ratings/1.0.0': perMinute(20),
  '/tessorium/consensus/1.0.0': perMinute(50),
};

/** What agents of a stage may ask for (ttp-protocol.txt L2625); the other stages have no limit of their own. */
export const STAGE_RATES: Readonly<Partial<Record<Stage, Rate>>> = { provisional: perMinute(100) };
