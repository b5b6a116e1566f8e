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
import type { AddCommand, Answer } from '../answer.js';
import { positiveInteger } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';

interface DecisionOptions {
  readonly store: string;
  readonly operators: string;
  readonly operatorKey: string;
  readonly reason: string;
  readonly maxUses?: number;
}

/** `ttp review`: what waits for a human, and what the human says. */
export const review: AddCommand = (program, io, act) => {
  const parent = program
    .command('review')
    .description('List and decide the reviews that wait for an operator.');
  parent
    .command('list')
    .description('Show the reviews that wait, oldest first, as they will be signed.')
    .requiredOption('--store <file>', 'the storage of the enforcement point')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', '\nExample:\n  ttp review list --store ttp.db')
    .action(({ store }: { store: string }) => act(() => list(store, io)));
  const decision = (name: 'approve' | 'deny', description: string) =>
    parent
      .command(name)
      .description(description)
      .argument('<review>', 'the id of the review, from ttp review list')
      .requiredOption('--store <file>', 'the storage of the enforcement point')
      .requiredOption('--operators <file>', 'the roster that the operator stands on')
      .requiredOption('--operator-key <file>', 'the key of the operator')
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--json', 'answer with one JSON document');
  decision('approve', 'Approve a review, by a signature over exactly what was shown.')
    .option('--max-uses <n>', 'how often the approval may be used; once unless given', positiveInteger)
    .addHelpText(
      'after',
      `
Example:
  ttp review approve 3q2-7w --store ttp.db --operators ops.json --operator-key ada.key.json --reason 'as agreed'`,
    )
    .action((id: string, options: DecisionOptions) => act(() => decide(id, 'approve', options, io)));
  decision('deny', 'Deny a review: the same call is refused until the review ends.')
    .addHelpText(
      'after',
      `
Example:
  ttp review deny 3q2-7w --store ttp.db --operators ops.json --operator-key ada.key.json --reason 'not on Fridays'`,
    )
    .action((id: string, options: DecisionOptions) => act(() => decide(id, 'deny', options, io)));
};

async function list(store: string, io: Io): Promise<Answer> {
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

async function decide(
  id: string,
  verdict: 'approve' | 'deny',
  options: DecisionOptions,
  io: Io,
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
