// No clock, randomness, timer or network outside the ports: the simulator and every replay depend on it.
import { code, gate, packages, partner, sources } from './gate.mjs';

/**
 * Globals that bring the environment in, and what to use instead. A name is refused wherever it is a value, so that
 * an alias is no way out; `allowed` is what may follow it.
 */
const GLOBALS = [
  { names: 'Date', allowed: /^\.UTC\b/, instead: 'the Clock port' },
  { names: 'performance|Temporal', instead: 'the Clock port' },
  { names: 'Math', allowed: /^\.(?!random\b)\w/, instead: 'the Random port' },
  { names: 'crypto|webcrypto', allowed: /^\.subtle\b/, instead: 'the Random port' },
  {
    names: 'setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame|requestIdleCallback',
    instead: 'the Timer port',
  },
  {
    names: 'fetch|XMLHttpRequest|WebSocket|WebSocketStream|WebTransport|EventSource|navigator',
    instead: 'the Fetch or Duplex port',
  },
  { names: 'globalThis|window|self|global|process|Deno|Bun', instead: 'a port or an argument' },
  { names: 'eval|Function', instead: 'a closure' },
];

/** Refused on whatever object they stand, since they come out of modules too. */
const ANYWHERE = [
  [/\b(?:getRandomValues|randomUUID|randomBytes|randomInt|randomFill|randomSecretKey)\b/g, 'the Random port'],
  [/\b(?:hrtime|timeOrigin)\b/g, 'the Clock port'],
  [/\bAbortSignal\s*\.\s*timeout\b|=\s*AbortSignal\b(?!\s*\.\s*any\b)/g, 'the Timer port'],
];

/** Node's modules that reach a network, a clock or a timer; their types reach nothing. */
const MODULES =
  /(?<!\b(?:import|export) type [^;'"]*)['"]node:(?:http2?|https|net|tls|dgram|dns|dns\/promises|timers|timers\/promises|perf_hooks)['"]/g;

/** Files whose purpose is the environment, each with the names that this purpose needs and no others. */
const PURPOSE = {
  'adapters/src/system.ts': ['Date', 'performance'],
  'adapters/src/system/random.ts': ['crypto', 'getRandomValues'],
  'adapters/src/system/timer.ts': ['setTimeout'],
  'adapters/src/sqlite/driver.ts': ['process'], // node:sqlite without an import that bundlers follow
  'adapters/src/sqlite/group-commit.ts': ['setImmediate'], // batches what one turn of the loop appends
  'adapters/src/fetch/resolve.ts': ['node:dns/promises'],
  'adapters/src/fetch/transport.ts': ['node:http', 'node:net', 'node:tls'],
  'testkit/src/files/environment.ts': ['globalThis'],
  'testkit/src/files/repository.ts': ['globalThis'],
  'testkit/src/schedule/scheduler.ts': ['globalThis'],
};

/** Whether the word from `start` to `end` names a member (of an object, a type or a class), not the global. */
function isMember(text, start, end) {
  const before = text.slice(0, start).trimEnd();
  const after = text.slice(end).trimStart();
  if (before.endsWith('.') && !before.endsWith('...')) return true;
  const first = /(?:[;{},]|\b(?:async|get|set|readonly|static))$/.test(before);
  if (!first) return false;
  if (/^\??:/.test(after)) return true;
  const paren = text.indexOf('(', end);
  if (text.slice(end, paren).trim() !== '') return false;
  return /^\s*[:{]/.test(text.slice(partner(text, paren) + 1));
}

/** Every use of `name` as a value that `allowed` does not cover, as positions. */
function* uses(text, { names, allowed }) {
  for (const found of text.matchAll(new RegExp(`(?<![\\w$])(?:${names})(?![\\w$])`, 'g'))) {
    const end = found.index + found[0].length;
    if (isMember(text, found.index, end) || allowed?.test(text.slice(end))) continue;
    // A time that was passed in is no clock; a spread could be empty.
    const made = /\bnew\s+$/.test(text.slice(Math.max(0, found.index - 40), found.index));
    if (found[0] === 'Date' && made && /^\((?!\s*(?:\)|\.\.\.))/.test(text.slice(end))) continue;
    yield [found.index, found[0]];
  }
}

/** Layers 0 to 5: what a deterministic run replays. */
const pure = ({ layer }) => layer <= 5;

export function check(root) {
  const problems = [];
  for (const { name, layer, dir } of packages(root).filter(pure))
    for (const { file, text } of sources(`${dir}/src`)) {
      const where = `${name}/src/${file}`;
      const bare = code(text, { strings: false });
      const found = [];
      for (const ban of GLOBALS)
        for (const [at, what] of uses(bare, ban)) found.push([at, what, ban.instead]);
      for (const [pattern, instead] of ANYWHERE)
        for (const match of bare.matchAll(pattern)) found.push([match.index, match[0], instead]);
      for (const match of code(text).matchAll(MODULES))
        found.push([match.index, match[0].slice(1, -1), 'a port']);
      for (const [at, what, instead] of found.toSorted(([a], [b]) => a - b))
        if (!PURPOSE[where]?.includes(what))
          problems.push(
            `${where}:${bare.slice(0, at).split('\n').length} (layer ${layer}) uses ${what}; use ${instead}`,
          );
    }
  return problems;
}

gate(import.meta, 'bans', check);
