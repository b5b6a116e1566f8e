import type { Verb, VerbGroup } from './verb.js';

/**
 * The section of every verb, in Markdown: what stands in the README, generated from the same data as `--help`. The
 * options that all verbs share are described once, by hand.
 */
export function reference(groups: readonly VerbGroup[]): string {
  return groups
    .flatMap(({ heading, verbs }) => [`### ${heading}`, ...verbs.map(sectionOf)])
    .join('\n\n')
    .concat('\n');
}

function sectionOf(verb: Verb): string {
  const { name, summary, description, arguments: args = [], exits = {}, examples } = verb;
  const rows = [
    ...args.map((argument) => row(argument.name, argument.says, argument.choices, undefined)),
    ...(verb.options ?? []).map(({ flags, says, required, choices, default: value }) =>
      row(flags, required === true ? `${says}; required` : says, choices, value),
    ),
  ];
  const codes = Object.entries(exits).map(([code, says]) => `${code}: ${escaped(says)}`);
  return [
    `#### ttp ${name}`,
    escaped(summary),
    ...(description === undefined ? [] : [proseOf(description)]),
    ...(rows.length === 0 ? [] : [['| | |', '|---|---|', ...rows].join('\n')]),
    ...(codes.length === 0 ? [] : [`Exit codes: ${codes.join('; ')}.`]),
    ['```sh', ...examples.flatMap(({ line, says }) => [`# ${says}`, line]), '```'].join('\n'),
  ].join('\n\n');
}

function row(
  name: string,
  says: string,
  choices: readonly string[] | undefined,
  value: string | number | undefined,
): string {
  const list = choices === undefined ? '' : `: ${choices.map((one) => `\`${one}\``).join(', ')}`;
  const otherwise = value === undefined ? '' : `; \`${value}\` unless given`;
  return `| \`${inCell(name)}\` | ${inCell(escaped(says))}${list}${otherwise} |`;
}

/** A bar would end the cell, in code too. */
const inCell = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** Paragraphs as they are; what is indented is code. */
const proseOf = (text: string): string =>
  text
    .replaceAll(/(?:^ {2}.*\n?)+/gm, (code) => `\n\`\`\`text\n${code.trimEnd()}\n\`\`\`\n`)
    .replaceAll(/^(?! {2}|```).*$/gm, escaped);

/** What Markdown would take for a tag or emphasis. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('*', String.raw`\*`);
