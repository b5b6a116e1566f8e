import { visible } from '@ttp/oversight';
import { recordedDecisions } from '@ttp/sdk';
import { decide, decisionHash, explainDecision, parseThresholds } from '@ttp/tre';
import type { Answer } from '../answer.js';
import { decisionJson } from '../decision-json.js';
import { parseDecisionFacts, parseDecisionRequest } from '../decision-request.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readJson } from '../files/files.js';
import { pastDecisions, similarTo } from '../past-decisions.js';
import type { Call } from '../verb.js';
import { readTrusted } from '../verify/trusted.js';
import { readPolicies } from './policy/layers.js';

interface DecideOptions {
  readonly request: string;
  readonly facts: string;
  readonly thresholds?: string;
  readonly layer?: readonly string[];
  readonly explain?: true;
  readonly bundle?: string;
  readonly logKey: readonly string[];
}

/** `ttp decide`: what the trust reasoning engine decides about a request, from a policy and facts. */
export async function run({ options, args: [file = ''], io }: Call<DecideOptions>): Promise<Answer> {
  const { request, facts, thresholds: bounds, layer, explain = false, bundle, logKey } = options;
  const policy = await readPolicies(file, layer);
  const now = io.clock.now();
  const asked = await readJson(request, { field: 'request', io });
  const interaction = inFile(request, 'request', () => parseDecisionRequest(asked, now));
  const known = await readJson(facts, { field: 'facts', io });
  const evidence = inFile(facts, 'facts', () => parseDecisionFacts(known, now));
  const given = bounds === undefined ? {} : await readJson(bounds, { field: 'thresholds', io });
  const thresholds = inFile(bounds ?? 'the defaults', 'thresholds', () => parseThresholds(given));
  const decision = decide({ interaction, evidence, policy, thresholds });
  const { outcome, effect, risk, confidence, humanOverridable } = decision;
  const hash = decisionHash(decision);
  const past =
    bundle === undefined
      ? undefined
      : similarTo(
          { interaction, decision },
          pastDecisions(recordedDecisions(await readTrusted(bundle, logKey, io))),
        );
  const brief = { outcome, effect, risk: { ...risk }, confidence, humanOverridable };
  const words = explainDecision(decision).split('\n').map(visible);
  return {
    exit: outcome === 'allow' || outcome === 'warn' ? EXIT.ok : EXIT.no,
    json: {
      ...(explain ? { decision: decisionJson(decision) } : brief),
      hash,
      ...(past === undefined ? {} : { similar: [...past.json] }),
    },
    text: ({ width }) =>
      [...(explain ? words : words.slice(0, 2)), hash, ...(past === undefined ? [] : past.lines(width))].join(
        '\n',
      ),
  };
}
