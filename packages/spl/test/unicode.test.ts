import type { JsonObject } from '@ttp/core';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, layerPolicies, loadPolicy } from '../src/index.js';
import { BARE } from './samples.js';

const RULE = { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] };
const loadRule =
  (more: JsonObject): (() => unknown) =>
  () =>
    loadPolicy({ version: '1.0.0', rules: [{ ...RULE, ...more }] });

/** One letter in other dresses: composed otherwise, of another alphabet, of another width, and invisible company. */
const DRESSED = ['e\u0301', 'é', '\u0430', '\uff41', 'a\u200b', 'a\u202e', 'ａ', ' a', 'a '];

it('identifiers are ASCII, and other texts are compared exactly, in one spelling', () => {
  proves('flaw.P17');
  for (const text of DRESSED) {
    expect(codeThrownBy(loadRule({ id: text })), `id ${text}`).toBe('SPL_BAD_VALUE');
    expect(codeThrownBy(loadRule({ actions: [text] })), `action ${text}`).toBe('SPL_BAD_VALUE');
    expect(codeThrownBy(loadRule({ conditions: { [`request.${text}`]: 1 } })), `name ${text}`).toBe(
      'SPL_UNKNOWN_ATTRIBUTE',
    );
    expect(codeThrownBy(loadRule({ conditions: { [text]: 1 } })), `name ${text}`).toBe(
      'SPL_UNKNOWN_ATTRIBUTE',
    );
    expect(codeThrownBy(loadRule({ outputTransformations: { redact: [text] } })), `path ${text}`).toBe(
      'SPL_BAD_VALUE',
    );
    const policy = loadPolicy({ version: '1.0.0', rules: [RULE] });
    expect(
      codeThrownBy(() => layerPolicies([{ layer: text, policy }])),
      `layer ${text}`,
    ).toBe('SPL_BAD_LAYERS');
    expect(evaluate(policy, { ...BARE, action: text }).effect, `asks ${text}`).toBe('deny');
  }
  for (const { name, conditions, facts, expect: truth } of vectors<{
    conditions: JsonObject;
    facts: object;
    expect: boolean | 'unknown';
  }>('spl/conditions')) {
    if (!/NFC|letter|zero-width|dot at the end/.test(name)) continue;
    const [permit, wall] = [
      loadPolicy({ version: '1.0.0', rules: [{ ...RULE, conditions }] }),
      loadPolicy({ version: '1.0.0', rules: [RULE, { id: 'b', effect: 'deny', conditions }] }),
    ];
    const request = { ...BARE, ...facts };
    expect(evaluate(permit, request).effect, `${name} permits`).toBe(truth === true ? 'allow' : 'deny');
    expect(evaluate(wall, request).effect, `${name} denies`).toBe(truth === false ? 'allow' : 'deny');
  }
  // What cannot be composed needs no look: every text below U+0300 is in NFC.
  for (let unit = 1; unit < 0x300; unit++)
    expect(String.fromCharCode(unit).normalize('NFC'), `U+${unit.toString(16)}`).toBe(
      String.fromCharCode(unit),
    );
});
