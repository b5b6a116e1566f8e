import type { Cases, Choice, Place } from './cases.js';
import { quote } from './quote.js';

/** The completion of zsh: a file `_ttp` on the fpath, or `source <(ttp completion zsh)` after compinit. */
export function zshCompletion({ paths, values, words, options }: Cases): string {
  return `#compdef ttp
# Completion of ttp for zsh: a file _ttp on the fpath, or source <(ttp completion zsh) after compinit.
_ttp() {
  local at='' word prev=$words[CURRENT-1]
  local -a choices
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ $word == -- ]]; then _files; return; fi
    case "\${at:+$at }$word" in
      ${paths.map(quote).join(' | ')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $prev" in
${[...values].map(([key, place]) => `    ${quote(key)}) ${action(place)}; return ;;`).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    case "$at" in
${[...options].map(([key, place]) => `      ${quote(key)}) ${wordsOf(place)} ;;`).join('\n')}
      *) choices=('--help'); _describe option choices ;;
    esac
    return
  fi
  case "$at" in
${[...words].map(([key, place]) => `    ${quote(key)}) ${action(place)} ;;`).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _ttp "$@"; else compdef _ttp ttp; fi
`;
}

const action = ({ choices, files }: Place): string =>
  [...(choices.length === 0 ? [] : [wordsOf(choices)]), ...(files ? ['_files'] : [])].join('; ') || ':';

const wordsOf = (choices: readonly Choice[]): string =>
  `choices=(${choices.map(describe).join(' ')}); _describe word choices`;

/** A word and what it means, as _describe reads it: a colon between them, and none within the word. */
const describe = ({ word, says }: Choice): string =>
  quote(
    says === '' ? word.replaceAll(':', String.raw`\:`) : `${word.replaceAll(':', String.raw`\:`)}:${says}`,
  );
