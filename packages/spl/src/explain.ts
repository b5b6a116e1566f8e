import type { PolicyVerdict } from './evaluate.js';

/** A verdict in words, one fact a line, for a person or a log. It holds no value of the request. */
export function explainVerdict(verdict: PolicyVerdict): string {
  const { effect, rules, obligations, reasons, dropped, policy } = verdict;
  return [
    `${effect}${rules.length > 0 ? `, by ${rules.join(', ')}` : ''} (policy ${policy})`,
    ...reasons.map(({ code, text }) => `- ${text} [${code}]`),
    ...obligations.map(({ kind, from }) => `- obliges to ${kind}, because of ${from}`),
    ...dropped.map(
      ({ name, source, reason }) => `- dropped ${JSON.stringify(name)} from the ${source}: ${reason}`,
    ),
  ].join('\n');
}
