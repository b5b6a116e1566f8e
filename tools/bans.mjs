// No clock, randomness, timer or network outside the ports: the simulator and every replay depend on it.
import { code, gate, packages, sources } from './gate.mjs';

const BANNED = [
  [/\bDate\.now\b/, 'the Clock port'],
  [/\bnew Date\(\s*\)|\bDate\(\s*\)/, 'the Clock port'],
  [/\bperformance\.(?:now|timeOrigin)\b/, 'the Clock port'],
  [/\bMath\.random\b/, 'the Random port'],
  [/\bgetRandomValues\b|\brandomUUID\b|\brandomBytes\b|\brandomSecretKey\b/, 'the Random port'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/, 'the Timer port'],
  [/\bAbortSignal\.timeout\b/, 'the Timer port'],
  [
    /(?:await|return|[=(,>:])\s*fetch\(|\bglobalThis\.fetch\b|\bXMLHttpRequest\b|\bnew WebSocket\b|\bnew EventSource\b/,
    'the Fetch or Duplex port',
  ],
  [/\bprocess\.(?:env|argv|exit|cwd|hrtime)\b/, 'an argument'],
  [/\beval\(|\bnew Function\b/, 'a closure'],
];

/** The layers that a deterministic run replays; adapters are where the environment comes in. */
const pure = ({ name, layer }) => layer <= 5 && name !== 'adapters';

export function check(root) {
  const problems = [];
  for (const { name, layer, dir } of packages(root).filter(pure))
    for (const { file, text } of sources(`${dir}/src`))
      code(text)
        .split('\n')
        .forEach((line, n) => {
          for (const [pattern, instead] of BANNED)
            if (pattern.test(line))
              problems.push(
                `${name}/src/${file}:${n + 1} (layer ${layer}) uses ${pattern.exec(line)[0]}; use ${instead}`,
              );
        });
  return problems;
}

gate(import.meta, 'bans', check);
