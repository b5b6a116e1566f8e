import type { Json, JsonObject } from '@ttp/core';
import { codeThrownBy, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  decodeLabels,
  encodeLabels,
  LABELS_HEADER,
  LABELS_MEMBER,
  labelsOfMetadata,
  OWN_LABELS_MAX,
  withLabels,
} from '../../src/index.js';

interface HeaderCase {
  readonly name: string;
  readonly header: string;
  readonly expect?: readonly string[];
  readonly code?: string;
}

interface MetadataCase {
  readonly name: string;
  readonly metadata: Json;
  readonly expect?: readonly string[];
  readonly code?: string;
}

const MOST = [
  ...Array.from({ length: OWN_LABELS_MAX }, (_, i) => `own-${i}`.padEnd(32, 'x')),
  'pii',
  'secret',
  'untrusted',
];

describe('labels in a header', () => {
  it.each(vectors<HeaderCase>('labels/header'))('$name', ({ header, expect: labels, code }) => {
    if (labels === undefined) expect(codeThrownBy(() => decodeLabels(header))).toBe(code);
    else expect(decodeLabels(header)).toEqual(labels);
  });

  it('come back as they went, as many as there may be; nothing longer is read', () => {
    expect(LABELS_HEADER).toBe('ttp-labels');
    expect(encodeLabels(['untrusted', 'pii'])).toBe('pii, untrusted');
    expect(decodeLabels(encodeLabels(MOST))).toEqual(MOST.toSorted());
    expect(decodeLabels(undefined)).toEqual([]);
    expect(codeThrownBy(() => decodeLabels(' '.repeat(10).concat('a'.repeat(10_000))))).toBe(
      'GUARD_LABELS_INVALID',
    );
    expect(codeThrownBy(() => encodeLabels(['a\r\nset-cookie: b']))).toBe('GUARD_LABELS_INVALID');
  });
});

describe('labels in metadata', () => {
  it.each(vectors<MetadataCase>('labels/metadata'))('$name', ({ metadata, expect: labels, code }) => {
    if (labels === undefined) expect(codeThrownBy(() => labelsOfMetadata(metadata))).toBe(code);
    else expect(labelsOfMetadata(metadata)).toEqual(labels);
  });

  it('are added to those that it names, and to nothing else that it says', () => {
    const metadata: JsonObject = { [LABELS_MEMBER]: ['secret'], traceparent: 'x' };
    expect(withLabels(metadata, ['pii'])).toEqual({ [LABELS_MEMBER]: ['pii', 'secret'], traceparent: 'x' });
    expect(withLabels(metadata, [])).toBe(metadata);
    expect(withLabels({}, ['pii'])).toEqual({ 'ttp/labels': ['pii'] });
    expect(codeThrownBy(() => withLabels({ [LABELS_MEMBER]: 1 }, ['pii']))).toBe('GUARD_LABELS_INVALID');
  });

  it('are nobody’s that are inherited', () => {
    const metadata: JsonObject = Object.create({ [LABELS_MEMBER]: ['pii'] });
    expect(labelsOfMetadata(metadata)).toEqual([]);
  });
});
