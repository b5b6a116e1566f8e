import { createHash } from 'node:crypto';

/** A rule that every engine can say: the meaning is here, the engines only spell it. */
export interface PlainRule {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  /** Everything below this folder. */
  readonly folder: string;
  readonly actions: readonly string[];
  /** All have to hold. */
  readonly conditions: readonly PlainCondition[];
}

/** Numbers are integers, which every engine compares exactly. */
export type PlainCondition =
  | {
      readonly attribute: 'amount' | 'trust' | 'rate';
      readonly op: 'atLeast' | 'atMost';
      readonly value: number;
    }
  | { readonly attribute: 'region' | 'role'; readonly op: 'oneOf'; readonly value: readonly string[] };

export interface PlainRequest {
  readonly resource: string;
  readonly action: string;
  readonly amount: number;
  readonly trust: number;
  readonly rate: number;
  readonly region: string;
  readonly role: string;
}

export type Verdict = 'allow' | 'deny';

const ACTIONS = ['read', 'write', 'list', 'delete'] as const;
const REGIONS = ['eu', 'us', 'apac', 'latam'] as const;
const ROLES = ['clerk', 'analyst', 'auditor', 'manager'] as const;

/** Numbers below `below` that depend on the label alone, so that every run has the same rules. */
function draw(label: string, below: number): number {
  return createHash('sha256').update(label).digest().readUInt32BE(0) % below;
}

const one = <T>(list: readonly T[], label: string): T => {
  const found = list[draw(label, list.length)];
  if (found === undefined) throw new Error('an empty list');
  return found;
};

const some = <T>(list: readonly T[], label: string): readonly T[] => {
  const first = draw(label, list.length);
  return [...list.slice(first), ...list.slice(0, first)].slice(0, 2);
};

/** One to five conditions, mostly such that a request of {@link requests} can meet them. */
function conditions(label: string): PlainCondition[] {
  const all: PlainCondition[] = [
    { attribute: 'amount', op: 'atMost', value: 400 + draw(`${label} amount`, 600) },
    { attribute: 'trust', op: 'atLeast', value: 10 + draw(`${label} trust`, 40) },
    { attribute: 'region', op: 'oneOf', value: some(REGIONS, `${label} region`) },
    { attribute: 'rate', op: 'atMost', value: 30 + draw(`${label} rate`, 60) },
    { attribute: 'role', op: 'oneOf', value: some(ROLES, `${label} role`) },
  ];
  return all.slice(0, 1 + draw(`${label} count`, 5));
}

/** `count` rules, each on a folder of its own; one in eight denies. */
export function disjointRules(count: number): PlainRule[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${String(i).padStart(4, '0')}`,
    effect: draw(`effect ${i}`, 8) === 0 ? 'deny' : 'allow',
    folder: `tenants/t${i % 50}/projects/p${i}`,
    actions: some(ACTIONS, `actions ${i}`),
    conditions: conditions(`rule ${i}`),
  }));
}

/** `count` rules on one folder and one action, which no request meets: nothing can be skipped by an index. */
export function crowdedRules(count: number): PlainRule[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${String(i).padStart(4, '0')}`,
    effect: 'allow',
    folder: 'tenants/shared/inbox',
    actions: ['read'],
    conditions: [{ attribute: 'amount', op: 'atLeast', value: 2000 + i }],
  }));
}

const facts = (label: string): Omit<PlainRequest, 'resource' | 'action'> => ({
  amount: draw(`${label} amount`, 1000),
  trust: draw(`${label} trust`, 100),
  rate: draw(`${label} rate`, 100),
  region: one(REGIONS, `${label} region`),
  role: one(ROLES, `${label} role`),
});

/** 64 requests: most under the folder of a rule, some under nobody's. */
export function requests(rules: readonly PlainRule[]): PlainRequest[] {
  return Array.from({ length: 64 }, (_, i) => {
    const rule = one(rules, `request ${i}`);
    const folder = i % 8 === 7 ? 'tenants/nobody/projects/none' : rule.folder;
    return { resource: `${folder}/files/f${i}`, action: one(ACTIONS, `action ${i}`), ...facts(`facts ${i}`) };
  });
}

/** 64 requests for the crowded folder. */
export const crowdedRequests = (): PlainRequest[] =>
  Array.from({ length: 64 }, (_, i) => ({
    resource: `tenants/shared/inbox/f${i}`,
    action: 'read',
    ...facts(`crowded ${i}`),
  }));

/** The meaning, word by word: what every engine has to answer. */
export function verdictOf(rules: readonly PlainRule[], request: PlainRequest): Verdict {
  const applying = rules.filter(
    ({ folder, actions, conditions: all }) =>
      request.resource.startsWith(`${folder}/`) &&
      actions.includes(request.action) &&
      all.every((condition) => holds(condition, request)),
  );
  if (applying.some(({ effect }) => effect === 'deny')) return 'deny';
  return applying.length > 0 ? 'allow' : 'deny';
}

function holds(condition: PlainCondition, request: PlainRequest): boolean {
  if (condition.op === 'oneOf') return condition.value.includes(request[condition.attribute]);
  const value = request[condition.attribute];
  return condition.op === 'atLeast' ? value >= condition.value : value <= condition.value;
}
