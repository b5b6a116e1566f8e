import type { Json } from '@ttp/core';
import { canonicalBytes, canonicalize } from '@ttp/crypto';
import canonicalizeRival from 'canonicalize';
import type { RunArea } from './areas.ts';
import { race } from './race.ts';

/** An audit record of 1.1 KB: nested, ASCII, keys out of order, as a recorder gets them. */
const RECORD: Json = {
  type: 'decision-made',
  v: 1,
  at: 1_763_726_400_123,
  agent: 'did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy',
  subject: 'call-4711',
  trace: '0123456789abcdef0123456789abcdef',
  traceSeq: 42,
  agentSeq: 1337,
  component: '@ttp/sdk',
  data: {
    outcome: 'allow',
    effect: 'allow',
    risk: { score: 1250, level: 'low' },
    confidence: 9200,
    factors: [
      { name: 'identity', value: 0, weight: 2500 },
      { name: 'reputation', value: 2500, weight: 2500 },
      { name: 'behavioral', value: 1250, weight: 2000 },
      { name: 'fraud', value: 0, weight: 3000 },
    ],
    inputs: {
      policy: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      evidence: 'sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
      interaction: 'sha256:fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13',
    },
    reasons: ['allow rule read-reports applies', 'the policy says allow', '1250 of 10000 is low'],
    obligations: [{ kind: 'audit', from: 'policy', params: { tags: ['sox'] } }],
  },
  agentPrev: 'sha256:ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d',
};

export const run: RunArea = async (effort) => {
  const size = Buffer.byteLength(JSON.stringify(RECORD));
  const record = JSON.parse(JSON.stringify(RECORD));
  const encoder = new TextEncoder();
  const text = (): string => canonicalizeRival(record) ?? '';
  return [
    await race(
      {
        title: `Canonical JSON of an audit record of ${size} B, to a string`,
        work: 'RFC 8785. Checked before: the texts are equal; JSON.stringify is the limit and not canonical, so it is not compared.',
        contestants: [
          {
            name: 'ttp canonicalize',
            ours: true,
            does: 'refuses what is no plain JSON: depth, lone surrogates, accessors, other prototypes',
            run: () => canonicalize(record),
            answer: () => canonicalize(record),
          },
          {
            name: 'canonicalize',
            does: 'the reference implementation of RFC 8785 on npm',
            run: text,
            answer: text,
          },
          {
            name: 'JSON.stringify',
            does: 'keys as they come, nothing checked: the limit',
            run: () => JSON.stringify(record),
          },
        ],
        bars: [
          {
            bar: 'JCS to a string: at most 1.4x JSON.stringify',
            value: (m) => m.ratio('ttp canonicalize', 'JSON.stringify'),
            atMost: 1.4,
            unit: 'x',
            why: 'Sorting the keys and refusing what is not plain data is done in JavaScript, where JSON.stringify runs in the engine.',
          },
          {
            bar: 'JCS to a string: at least 2.3x as fast as canonicalize',
            value: (m) => m.ratio('canonicalize', 'ttp canonicalize'),
            atLeast: 2.3,
            unit: 'x',
            why: 'Data is checked while it is written, which the other does not do: depth, prototypes, accessors, lone surrogates.',
          },
        ],
      },
      effort,
    ),
    await race(
      {
        title: `Canonical JSON of an audit record of ${size} B, to UTF-8`,
        work: 'What is hashed and signed are bytes. Checked before: the bytes are equal.',
        contestants: [
          {
            name: 'ttp canonicalBytes',
            ours: true,
            does: 'as above, then UTF-8',
            run: () => canonicalBytes(record),
            answer: () => canonicalBytes(record),
          },
          {
            name: 'canonicalize + TextEncoder',
            does: 'RFC 8785, then UTF-8',
            run: () => encoder.encode(text()),
            answer: () => encoder.encode(text()),
          },
          {
            name: 'JSON.stringify + Buffer.from',
            does: 'not canonical: the limit',
            run: () => Buffer.from(JSON.stringify(record)),
          },
        ],
        bars: [
          {
            bar: 'JCS to UTF-8: at most 2.0x JSON.stringify and a write',
            value: (m) => m.ratio('ttp canonicalBytes', 'JSON.stringify + Buffer.from'),
            atMost: 2,
            unit: 'x',
            why: 'Keys are sorted and data is checked in JavaScript, where JSON.stringify runs in the engine; the encoding costs both the same.',
          },
          {
            bar: 'JCS to UTF-8: at least 2.3x as fast as canonicalize',
            value: (m) => m.ratio('canonicalize + TextEncoder', 'ttp canonicalBytes'),
            atLeast: 2.3,
            unit: 'x',
            why: 'Data is checked while it is written, which the other does not do; the encoding costs both the same.',
          },
        ],
      },
      effort,
    ),
  ];
};
