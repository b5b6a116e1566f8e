import type { Json } from '@ttp/core';

/** How an attribute can be tested: which operators it takes, and with what. */
export type Kind = 'number' | 'text' | 'flag' | 'list' | 'time' | 'any';

/** An attribute, the source that it is looked up in, and values that it can have; few, so that rules meet often. */
export interface Word {
  readonly name: string;
  readonly source: 'engine' | 'resolver' | 'registry' | 'caller' | 'computed';
  readonly kind: Kind;
  readonly values: readonly Json[];
}

const LEVELS = ['none', 'low', 'medium', 'high', 'critical'];
const STAGES = ['unverified', 'provisional', 'new', 'building', 'established'];
/** A text, the same decomposed, its capital, a letter that looks like it, and one outside the basic plane. */
const TEXTS = ['x', 'é', 'X', '\u0445', '\u{1f512}'];
const LISTS: readonly Json[] = [['x'], ['é', 'X'], [], ['x', 'x']];

export const TIMES: readonly string[] = [
  '00:00',
  '01:59',
  '02:00',
  '02:30',
  '03:00',
  '09:00',
  '22:00',
  '23:59',
];

/** The attributes that policies and requests are made of. */
export const WORDS: readonly Word[] = [
  { name: 'trustScore', source: 'engine', kind: 'number', values: [0, 40, 70, 70.5, 100] },
  { name: 'trustStage', source: 'engine', kind: 'text', values: STAGES },
  { name: 'identityVerified', source: 'engine', kind: 'flag', values: [true, false] },
  {
    name: 'capabilities',
    source: 'engine',
    kind: 'list',
    values: [['data:read'], ['data:read', 'data:pii'], []],
  },
  { name: 'trace.labels', source: 'engine', kind: 'list', values: LISTS },
  { name: 'request.rate', source: 'engine', kind: 'number', values: [0, 10, 100] },
  { name: 'sum(request.amount, 24h)', source: 'engine', kind: 'number', values: [0, 99.99, 100, 5000] },
  { name: 'sum(request.amount, 1d)', source: 'engine', kind: 'number', values: [100, 5000] },
  { name: 'sum(request.n, 90s)', source: 'engine', kind: 'number', values: [0.5, 7] },
  { name: 'count(request, 1h)', source: 'engine', kind: 'number', values: [1, 5, 6] },
  { name: 'errorRate', source: 'engine', kind: 'number', values: [0, 0.3, 1] },
  { name: 'detected_pattern', source: 'engine', kind: 'text', values: TEXTS },
  { name: 'timeOfDay', source: 'computed', kind: 'time', values: TIMES },
  { name: 'dayOfWeek', source: 'computed', kind: 'text', values: ['Mon', 'Sat', 'Sun'] },
  { name: 'dataClassification', source: 'registry', kind: 'text', values: TEXTS },
  { name: 'riskLevel', source: 'registry', kind: 'text', values: LEVELS },
  { name: 'compliance', source: 'registry', kind: 'list', values: LISTS },
  { name: 'resource.owner', source: 'registry', kind: 'any', values: [...TEXTS, 7, '7', true, 'true'] },
  { name: 'resource.a.b', source: 'registry', kind: 'any', values: [1, 'x', ['x'], '09:00'] },
  { name: 'agent.role', source: 'resolver', kind: 'text', values: TEXTS },
  { name: 'agent.roles', source: 'resolver', kind: 'list', values: LISTS },
  { name: 'agent.team', source: 'resolver', kind: 'any', values: ['x', ['x', 'é'], [1, 2], [], 5] },
  { name: 'request.amount', source: 'caller', kind: 'number', values: [0, 0.1, 10.55, 1000] },
  { name: 'request.n', source: 'caller', kind: 'any', values: [-1, 0, 7, '7', 1e13, 'x', [7], [1, 2]] },
  { name: 'request.deep.down', source: 'caller', kind: 'any', values: ['x', true, [true], '22:00'] },
  { name: 'purpose', source: 'caller', kind: 'text', values: TEXTS },
  { name: 'biasScore', source: 'caller', kind: 'number', values: [0, 0.3, 1] },
  { name: 'protectedClass', source: 'caller', kind: 'any', values: ['', 'x', ['x'], {}] },
];

export const WORD: ReadonlyMap<string, Word> = new Map(WORDS.map((word) => [word.name, word]));

/** Values that some attribute has and others cannot have. */
export const ODD: readonly Json[] = [
  'e\u0301',
  ['x', 'e\u0301'],
  null,
  'x',
  '70',
  '',
  7,
  -1,
  750,
  10.001,
  1e13,
  true,
  [],
  ['x'],
  ['x', 1],
  [[]],
  {},
  { owner: 'x' },
  '8:00',
  '24:00',
  'e\u0301',
  ['x', 'e\u0301'],
  '{agent.role}',
];

export const ACTIONS: readonly string[] = ['read', 'Read', 'write', 'call:x/y'];

export const PATTERNS: readonly string[] = [
  'a/b',
  'a/*',
  'a/+',
  'a/**',
  'a/b*',
  '**',
  '*',
  'a/*/c',
  '**/c',
  'a/x*y/**',
  's3://a/*',
  's3:a/**/c',
  's3:**',
  'a*b*c*d',
  'aba*aba',
  '*/b',
  'a/b/**/+',
  'é/+',
  'a/A',
];

/** Segments that patterns are filled with to make a resource. */
export const SEGMENTS: readonly string[] = ['a', 'b', 'c', 'A', 'xzy', 'bc', 'é', 'a.b', '+', 'abab', '..b'];

/** Resources that are refused, or nearly, and some that patterns of several pieces nearly cover. */
export const STRANGE: readonly string[] = [
  'a/../b',
  'a//b',
  '',
  '/',
  's3://',
  'a/b/',
  'a/%2e%2e/b',
  'a/%2Fb',
  'a/%20b',
  'a\\b',
  'a/\u0000',
  'a/\u0085',
  'e\u0301/b',
  '/s3:a/b',
  's3:///a/b',
  '//a/b',
  'a/.',
  '\ud800',
  'a/%c0%af',
  '1s:a/b',
  'acbd',
  'abcd',
  'aba',
  'ababa',
  'abaaba',
];

/** Zones with and without daylight saving, at whole, half and quarter hours, and across the date line. */
export const ZONES: readonly string[] = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'Australia/Lord_Howe',
];

/** Instants about which clocks change in one of them: 2026, and a leap day. */
export const INSTANTS: readonly number[] = [
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-03-08T07:00:00Z',
  '2026-11-01T06:00:00Z',
  '2026-04-04T14:00:00Z',
  '2026-04-04T15:00:00Z',
  '2028-02-29T00:00:00Z',
  '2026-12-31T23:59:00Z',
].map((text) => Date.parse(text));
