import type { JsonObject } from '@ttp/core';
import { NO_BEHAVIOR, type TrustFacts } from '@ttp/score';

/** What facts that say nothing of them come with. Who is verified, killed or revoked has to be said. */
const NOTHING_KNOWN: JsonObject = { attestations: [], behavior: NO_BEHAVIOR, securityEvents: [] };

/** Facts of an agent's score. The package judges every member of them, and says by its own codes what is wrong with one. */
export const trustFactsOf = (given: JsonObject): TrustFacts =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  ({ ...NOTHING_KNOWN, ...given }) as JsonObject & TrustFacts;
