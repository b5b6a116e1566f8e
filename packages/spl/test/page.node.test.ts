import { readFileSync } from 'node:fs';
import { CAPABILITIES, KILL_REASONS, RISK_LEVELS, STAGES } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import * as spl from '../src/index.js';
import {
  ATTRIBUTES,
  METRICS,
  NAMESPACES,
  OPERATORS,
  policyJsonSchema,
  REASON_CODES,
  SPL_ERRORS,
} from '../src/index.js';
import { DAYS } from '../src/time.js';

/** What docs/spec/spl.md says; blanks between digits are how it writes large numbers. */
const PAGE = readFileSync(new URL('../../../docs/spec/spl.md', import.meta.url), 'utf8');
const NUMBERS = PAGE.replaceAll(/(?<=[0-9]) (?=[0-9]{3}\b)/g, '');

/** The section about attributes, and the row of its table that has a name in code in its first cell. */
const SECTION = PAGE.slice(PAGE.indexOf('## 4.'), PAGE.indexOf('## 5.'));
const rowOf = (name: string): string | undefined =>
  SECTION.split('\n').find(
    (line) => line.startsWith('| ') && line.split(' | ')[0]?.includes(`\`${name}\``) === true,
  );

describe('the specification page', () => {
  it('is short, and so is the evaluator that is written from it', () => {
    expect(PAGE.split('\n').length).toBeLessThanOrEqual(300);
    const files = ['reference', 'resources', 'layers'].map((name) =>
      readFileSync(new URL(`reference/${name}.ts`, import.meta.url), 'utf8'),
    );
    const code = files.join('\n').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(300);
    // Of the package they know the type of a request.
    for (const [, what] of code.matchAll(/^import (.*) from '\.\.\/\.\./gm))
      expect(what).toBe('type { PolicyRequest }');
  });

  it('names every attribute, with its source and type', () => {
    for (const [name, { source, type, computed, range, terms }] of Object.entries(ATTRIBUTES)) {
      const row = rowOf(name) ?? '';
      expect(row, name).toContain(computed === true ? 'computed' : source);
      expect(row, name).toContain(type);
      if (range?.[1] !== undefined && range[1] <= 100) expect(row, name).toContain(`0 to ${range[1]}`);
      for (const term of terms === STAGES ? [] : (terms ?? []))
        expect(row, `${name} ${term}`).toContain(term);
    }
    for (const [first, { source }] of Object.entries(NAMESPACES))
      expect(rowOf(`${first}.`)).toContain(source);
  });

  it('names every operator, metric, reason, and what the words of closed lists are', () => {
    const words = [...OPERATORS, ...METRICS, ...Object.keys(REASON_CODES)];
    for (const word of words) expect(PAGE, word).toContain(`\`${word}\``);
    for (const word of [...STAGES, ...RISK_LEVELS, ...DAYS]) expect(PAGE).toContain(word);
    expect(PAGE).toContain(`one of the ${CAPABILITIES.length} of the registry`);
    for (const word of [...CAPABILITIES, ...KILL_REASONS]) expect(PAGE, word).toContain(`\`${word}\``);
  });

  it('names every key that a policy can have', () => {
    const keys = (schema: unknown): readonly string[] => {
      if (typeof schema !== 'object' || schema === null) return [];
      const { properties } = Object(schema);
      return [
        ...(typeof properties === 'object' && properties !== null ? Object.keys(properties) : []),
        ...Object.values(schema).flatMap(keys),
      ];
    };
    const known = new Set(keys(policyJsonSchema()));
    expect(known.size).toBeGreaterThan(50);
    // Attributes and operators are tested above; the others stand in code, alone or in a form such as `{ a!: text }`.
    for (const key of known)
      if (!(key in ATTRIBUTES || OPERATORS.some((op) => op === key)))
        expect(new RegExp(`[\`{ ,]${key}!?[\`:,) ]`).test(PAGE), key).toBe(true);
  });

  it('names every code that a policy or its signature is refused with', () => {
    // What is asked of other functions of the package is no part of the language.
    const others = [
      'SPL_BAD_LIMIT',
      'SPL_BAD_RESOURCE',
      'SPL_BAD_CALL',
      'SPL_NOT_LOADED',
      ...Object.keys(SPL_ERRORS).filter((code) => /_(AUTHZEN|CEDAR)_/.test(code)),
    ];
    for (const code of Object.keys(SPL_ERRORS))
      if (!others.includes(code)) expect(PAGE, code).toContain(`\`${code}\``);
  });

  it('gives every limit of the language its number', () => {
    const limits = [
      spl.POLICY_MAX_BYTES,
      spl.POLICY_MAX_RULES,
      spl.POLICY_MAX_DEPTH,
      spl.LIST_MAX_ELEMENTS,
      spl.TEXT_MAX_CHARACTERS,
      spl.RESOURCE_MAX_BYTES,
      spl.PATTERN_MAX_SEGMENTS,
      spl.PATTERN_MAX_WILDCARDS,
      spl.POLICY_MAX_WINDOWS,
      spl.LAYERS_MAX,
      spl.APPROVAL_CEILING_SECONDS,
      spl.APPROVAL_TIMEOUT_SECONDS,
      spl.DROPPED_MAX_ENTRIES,
      spl.DROPPED_NAME_CHARACTERS,
    ];
    for (const limit of limits) expect(new RegExp(`\\b${limit}\\b`).test(NUMBERS), String(limit)).toBe(true);
  });

  it('is short enough to read', () => {
    expect(PAGE.split('\n').length).toBeLessThan(350);
  });
});
