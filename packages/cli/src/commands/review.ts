import type { Json, JsonObject, Operators, Recorder, Storage } from '@ttp/core';
import { TtpError } from '@ttp/core';
import {
  createOversight,
  digestOf,
  type Oversight,
  type Review,
  renderReview,
  signReview,
} from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import type { Call } from '../verb.js';

interface DecisionOptions {
  readonly store: string;
  readonly operators: string;
  readonly operatorKey: string;
  readonly reason: string;
  readonly maxUses?: number;
}

/** `ttp review list`: what waits for a human. */
export async function list({ options: { store }, io }: Call<{ readonly store: string }>): Promise<Answer> {
  const reviews = await withStore(store, (storage) =>
    withOversight(storage, io, { byKid: () => Promise.resolve(undefined) }, (oversight) =>
      oversight.pending(),
    ),
  );
  return {
    exit: EXIT.ok,
    json: { reviews: reviews.map(jsonOf) },
    text: () => (reviews.length === 0 ? 'nothing waits' : reviews.map(renderReview).join('\n\n')),
  };
}

/** `ttp review approve` */
export const approve = (call: Call<DecisionOptions>): Promise<Answer> => decide('approve', call);

/** `ttp review deny` */
export const deny = (call: Call<DecisionOptions>): Promise<Answer> => decide('deny', call);

async function decide(
  verdict: 'approve' | 'deny',
  { options, args: [id = ''], io }: Call<DecisionOptions>,
): Promise<Answer> {
  const { store, operatorKey, reason, maxUses } = options;
  const operators = await readOperators(options.operators, 'operators');
  const decided = await withStore(store, (storage) =>
    withOversight(storage, io, operators, async (oversight) => {
      const found = await oversight.review(id);
      if (found === undefined)
        throw new TtpError('OVERSIGHT_UNKNOWN_REVIEW', `no review ${id} in ${store}`, { field: 'review' });
      const { state } = found;
      const signed = await signReview({
        review: found,
        reason,
        // Conditions belong to the verdict MODIFY alone, and a number of uses is one.
        ...(maxUses === undefined ? { verdict } : { verdict: 'modify', conditions: { maxUses } }),
        ...(state.at === 'seconding' && verdict === 'approve' ? { seconds: state.first.id } : {}),
        signer: await readOperatorKey(operatorKey, { field: 'operator-key', passphrases: passphrases(io) }),
        now: io.clock.now(),
      });
      return oversight.submit(signed);
    }),
  );
  return {
    exit: EXIT.ok,
    json: jsonOf(decided),
    text: (paint) =>
      `${decided.state.at === 'denied' ? paint.bad(decided.state.at) : paint.good(decided.state.at)}  ${decided.id}`,
  };
}

async function withOversight<T>(
  storage: Storage,
  { clock, timer, random }: Io,
  operators: Operators,
  work: (oversight: Oversight) => Promise<T>,
): Promise<T> {
  const oversight = createOversight({ storage, clock, timer, random, operators, recorder: NO_RECORDER });
  try {
    return await work(oversight);
  } finally {
    oversight.close();
  }
}

/** The log belongs to the enforcement point, which records a decision when it acts on it; here there is none to write. */
const NO_RECORDER: Recorder = {
  record: () => Promise.reject(new TtpError('CLI_FAILED', 'an operator has no log to record in')),
};

function jsonOf({ id, request, terms, openedAt, state, usesLeft }: Review): JsonObject {
  const { agent, target, action, resource, input, claims = {}, policy, epoch, notAfter, maxUses } = request;
  const deadline: Json = 'deadline' in state ? state.deadline : null;
  return {
    id,
    state: state.at,
    level: terms.level,
    reason: terms.reason,
    openedAt,
    deadline,
    usesLeft,
    digest: digestOf(request),
    request: { agent, target, action, resource, input, claims, policy, epoch, notAfter, maxUses },
  };
}
