import { parseJson } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { loadCasbin } from './casbin.ts';
import { loadCasl } from './casl.ts';
import { loadCedar } from './cedar.ts';
import type { LoadEngine } from './engine.ts';
import { loadInside } from './inside.ts';
import { loadJsonRulesEngine } from './json-rules-engine.ts';
import type { PlainRule } from './rules.ts';
import { MAX_BYTES, splDocument } from './ttp.ts';

const rival = (name: string, does: string, load: LoadEngine, rules: readonly PlainRule[]): Contestant => ({
  name,
  does,
  async: true,
  run: () => load(rules),
});

export async function loading(rules: readonly PlainRule[], effort: Effort): Promise<RaceResult> {
  const parsed = splDocument(rules);
  const text = JSON.stringify(parsed);
  const { compilePolicy, parseDocument } = await loadInside();
  const document = parseDocument(parsed);
  return race(
    {
      title: `Loading ${rules.length} rules`,
      work: `From what each takes to ready to be asked; ours is a text of ${text.length} B.`,
      contestants: [
        {
          name: 'ttp loadPolicy',
          ours: true,
          does: 'strict JSON, schema, canonical hash, compiled rules; refuses what it does not know',
          run: () => loadPolicy(text, { maxBytes: MAX_BYTES }),
        },
        {
          name: 'ttp parseJson',
          ours: true,
          does: 'the first step of loadPolicy alone: strict JSON',
          run: () => parseJson(text, { maxBytes: MAX_BYTES }),
        },
        {
          name: 'ttp schema',
          ours: true,
          does: 'the second step alone, from the source: zod/mini and what it turns into a document',
          run: () => parseDocument(parsed),
        },
        {
          name: 'ttp compile',
          ours: true,
          does: 'the last step alone, from the source: patterns and conditions checked, index; their functions are made when first asked for',
          run: () => compilePolicy(document),
        },
        { name: 'JSON.parse', does: 'the same text, nothing checked', run: () => JSON.parse(text) },
        rival(
          '@casl/ability',
          'builds the ability; its expressions are compiled when first asked',
          loadCasl,
          rules,
        ),
        rival(
          'casbin',
          'parses model and policy lines; expressions are compiled when first asked',
          loadCasbin,
          rules,
        ),
        rival('cedar-wasm', 'preparsePolicySet', loadCedar, rules),
        rival('json-rules-engine', 'addRule for each', loadJsonRulesEngine, rules),
      ],
      bars: [
        {
          bar: 'policy compile of 1000 rules, after validation: at most 5 ms',
          value: (m) => m.median('ttp compile') / 1000,
          atMost: 5,
          unit: ' ms',
          why: 'Every pattern and condition is checked and put where it is found; what runs them is made when first asked for.',
        },
        {
          bar: 'policy validation at load (zod): at most 3x JSON.parse of the text',
          value: (m) => m.ratio('ttp schema', 'JSON.parse'),
          atMost: 3,
          unit: 'x',
          why: 'zod/mini interprets its schema, since the bundle must not evaluate code; a policy is loaded once.',
        },
      ],
      rounds: 11,
      turnMs: 30,
    },
    effort,
  );
}
