import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { textOf } from './samples.js';

/*
 * A page whose Content-Security-Policy has no 'unsafe-eval' makes no code from strings, and neither does this process.
 * A probe that is caught counts as well: a browser reports it as a violation.
 */

const ROOT = new URL('../../../', import.meta.url);
const DECIDE = `
  import { readFileSync } from 'node:fs';
  let made = 0;
  globalThis.Function = new Proxy(Function, {
    apply() { made++; throw new EvalError(); },
    construct() { made++; throw new EvalError(); },
  });
  const { evaluate, layerPolicies, evaluateLayers, lintPolicy, loadPolicy } =
    await import(${JSON.stringify(new URL('packages/spl/src/index.ts', ROOT).href)});
  const { text, request } = JSON.parse(readFileSync(0, 'utf8'));
  const policy = loadPolicy(text);
  const layers = layerPolicies([{ layer: 'agent', policy }]);
  lintPolicy(policy);
  let refused = 0;
  try { eval('1'); } catch { refused++; }
  console.log(JSON.stringify([evaluate(policy, request).effect, evaluateLayers(layers, request).effect, made, refused]));
`;

it('loads, lints and evaluates where no code is made from strings', () => {
  const request = {
    resource: 'api/v1/data/1',
    action: 'read',
    now: 1_795_996_800_000,
    engine: {
      trustScore: 90,
      trustStage: 'established',
      identityVerified: true,
      capabilities: ['data:read'],
    },
    resolver: {},
    registry: {},
    caller: { purpose: 'customer-support' },
  };
  const flags = ['--disallow-code-generation-from-strings', '--conditions=@ttp/source', '--import', 'tsx'];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '--eval', DECIDE],
    { cwd: ROOT, input: JSON.stringify({ text: textOf('samples/core.json'), request }), encoding: 'utf8' },
  );
  expect(JSON.parse(stdout === '' ? JSON.stringify(stderr) : stdout)).toEqual(['allow', 'allow', 0, 1]);
});
