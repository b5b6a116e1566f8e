import type { JsonObject } from '@ttp/core';
import { LINT_CODES, SPL_ERRORS } from '@ttp/spl';

/** A defect of a policy; `error`: it does not load. */
export interface Finding extends JsonObject {
  readonly level: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

const MEANINGS: { readonly [code: string]: string } = { ...SPL_ERRORS, ...LINT_CODES };

/**
 * Findings as a SARIF 2.1.0 log (OASIS Standard), which code scanning reads. A finding is about a rule or a path inside
 * the file, which SARIF calls a logical location.
 */
export function sarifOf(file: string, findings: readonly Finding[]): JsonObject {
  const codes = [...new Set(findings.map(({ code }) => code))];
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ttp policy lint',
            rules: codes.map((code) => ({ id: code, shortDescription: { text: MEANINGS[code] ?? code } })),
          },
        },
        results: findings.map((finding) => resultOf(file, finding, codes)),
      },
    ],
  };
}

function resultOf(file: string, finding: Finding, codes: readonly string[]): JsonObject {
  const { level, code, message, suggestion } = finding;
  const place = placeOf(finding);
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level,
    message: { text: typeof suggestion === 'string' ? `${message} (${suggestion})` : message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) } },
        ...(place === undefined ? {} : { logicalLocations: [place] }),
      },
    ],
  };
}

function placeOf({ rule, field }: Finding): JsonObject | undefined {
  if (typeof rule === 'string') return { name: rule, fullyQualifiedName: `rules.${rule}`, kind: 'object' };
  return typeof field === 'string' && field !== ''
    ? { fullyQualifiedName: field, kind: 'member' }
    : undefined;
}

/** A relative reference: a `:` or a blank in a name must not make another URI of it. */
const uriOf = (file: string): string =>
  file === '-' ? 'stdin' : file.split(/[\\/]/).map(encodeURIComponent).join('/');
