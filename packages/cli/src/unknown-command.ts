import type { Command } from 'commander';

/** A word where a command is expected. */
interface UnknownCommand {
  readonly word: string;
  /** The command above it, whose help lists what there is: `ttp review`. */
  readonly path: string;
  /** What was probably meant: `ttp review approve`. */
  readonly likely: string | undefined;
}

/** So many letters may be wrong in a word that is still recognised. */
const MISTYPED_MAX = 2;
/** Longer words are not compared: no command is nearly as long, and comparing is quadratic. */
const COMPARED_MAX_CHARACTERS = 64;

/**
 * The first word that names no command, wherever options stand between the words.
 *
 * @param asked the arguments, without the runtime and the script
 */
export function findUnknown(program: Command, asked: readonly string[]): UnknownCommand | undefined {
  const path = [program.name()];
  let group = program;
  // No command with commands below it has an option with a value, so a word without a hyphen is one of them.
  for (const word of asked.filter((one) => !one.startsWith('-'))) {
    if (group.commands.length === 0) return undefined;
    const next = group.commands.find((child) => child.name() === word);
    if (next === undefined && group.registeredArguments.length > 0) return undefined;
    if (next === undefined)
      return { word, path: path.join(' '), likely: likeliest(program, [...path.slice(1), word]) };
    path.push(word);
    group = next;
  }
  return undefined;
}

function likeliest(program: Command, typed: readonly string[]): string | undefined {
  const word = typed.at(-1) ?? '';
  if (typed.join(' ').length > COMPARED_MAX_CHARACTERS) return undefined;
  const near = pathsBelow(program, [])
    .map((path) => ({
      path,
      // Whoever leaves the group out (`ttp approve`) means its verb.
      distance: Math.min(distance(typed.join(' '), path.join(' ')), distance(word, path.at(-1) ?? '')),
    }))
    .filter((one) => one.distance <= MISTYPED_MAX && one.distance * 2 < word.length)
    .toSorted((a, b) => a.distance - b.distance || a.path.length - b.path.length);
  return near[0] === undefined ? undefined : [program.name(), ...near[0].path].join(' ');
}

const pathsBelow = ({ commands }: Command, above: readonly string[]): readonly (readonly string[])[] =>
  commands.flatMap((child) => {
    const path = [...above, child.name()];
    return [path, ...pathsBelow(child, path)];
  });

/** The Levenshtein distance: letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++) {
      const [diagonal = 0, above = 0, left = 0] = [row[j - 1], row[j], next[j - 1]];
      next.push(Math.min(diagonal + (to[j - 1] === letter ? 0 : 1), above + 1, left + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
