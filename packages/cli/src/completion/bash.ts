import type { Cases, Choice, Place } from './cases.js';
import { quote } from './quote.js';

/** The completion of bash, from 3.2 on: `source <(ttp completion bash)`. */
export function bashCompletion({ paths, values, words, options }: Cases): string {
  return `# Completion of ttp for bash: source <(ttp completion bash)
_ttp_words() { local word; while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur"); }
_ttp_files() {
  local word
  compopt -o filenames 2>/dev/null
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
}
_ttp() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -- ]]; then _ttp_files; return; fi
    case "\${at:+$at }$word" in
      ${paths.map(quote).join(' | ')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $prev" in
${[...values].map(([key, place]) => `    ${quote(key)}) ${action(place)}; return ;;`).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${[...options].map(([key, place]) => `      ${quote(key)}) ${wordsOf(place)} ;;`).join('\n')}
      *) _ttp_words '--help' ;;
    esac
    return
  fi
  case "$at" in
${[...words].map(([key, place]) => `    ${quote(key)}) ${action(place)} ;;`).join('\n')}
  esac
}
complete -F _ttp ttp
`;
}

const action = ({ choices, files }: Place): string =>
  [...(choices.length === 0 ? [] : [wordsOf(choices)]), ...(files ? ['_ttp_files'] : [])].join('; ') || ':';

const wordsOf = (choices: readonly Choice[]): string =>
  `_ttp_words ${quote(choices.map(({ word }) => word).join(' '))}`;
