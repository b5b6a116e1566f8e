import type { Clock, Random, Storage } from '@ttp/core';
import type { Party } from '@ttp/did';
import type { Ttp } from '@ttp/sdk';
import type { ServerTool } from '../tool.js';
import { checkAction } from './check-action.js';
import { explainPolicy } from './explain-policy.js';
import { killStatus } from './kill-status.js';
import { readAudit } from './read-audit.js';
import { requestApproval } from './request-approval.js';
import { verifyBundle } from './verify-bundle.js';
import { verifyIdentity } from './verify-identity.js';
import { verifyTool } from './verify-tool.js';

/** What the tools work on. */
export interface ToolPorts {
  readonly ttp: Ttp;
  readonly storage: Storage;
  readonly verifier: Party | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** All tools, in the order in which they are listed. None of them can permit, approve, revive or arm anything. */
export const allTools = ({ ttp, storage, verifier, clock, random }: ToolPorts): readonly ServerTool[] => [
  verifyIdentity({ store: storage.store, verifier, clock, random }),
  verifyTool(storage.store),
  checkAction(ttp),
  explainPolicy(ttp, clock),
  readAudit({ ttp, storage, random }),
  verifyBundle(clock),
  requestApproval(ttp),
  killStatus(ttp),
];
