import { memory } from '@ttp/adapters/memory';
import {
  asTraceId,
  type Operator,
  type Operators,
  type Privilege,
  type Store,
  type TraceId,
} from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, type TestSigner, testSigner, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createTraceLabels,
  type LabelClear,
  type LabelEvent,
  labelHandler,
  OWN_LABELS_MAX,
  readLabels,
  signLabelClear,
  type TraceLabels,
  type TraceLabelsOptions,
} from '../../src/index.js';
import { AGENT, interaction, OTHER } from '../interaction.js';

const NOW = 1_700_000_000_000;
const TRACE = asTraceId('0af7651916cd43dd8448eb211c80319c');
const SECOND = asTraceId('1af7651916cd43dd8448eb211c80319c');

const entry = (signer: TestSigner, ...privileges: readonly Privilege[]): Operator => ({
  id: signer.kid,
  kid: signer.kid,
  publicKey: signer.publicKey,
  human: signer.kid,
  level: 3,
  privileges,
});
const author = testSigner(1);
const reviewer = testSigner(2);
const roster = [entry(author, 'intervene:override'), entry(reviewer, 'review:final', 'policy:sign')];
const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };

function opened(
  store: Store = memory().store,
  more: Partial<TraceLabelsOptions> = {},
): { labels: TraceLabels; events: LabelEvent[]; store: Store } {
  const events: LabelEvent[] = [];
  const record = async (event: LabelEvent): Promise<void> => void events.push(event);
  const options = { store, agent: AGENT, shared: false, now: () => NOW, operators, record, ...more };
  return { labels: createTraceLabels(options), events, store };
}

const of = async (labels: TraceLabels, trace: TraceId = TRACE): Promise<readonly string[]> =>
  (await labels.of(trace)).labels;

describe('the labels of a trace', () => {
  it('are none at first, then grow, each once and in order, and tell the log what they became', async () => {
    const { labels, events } = opened();
    expect(await labels.of(TRACE)).toEqual({ serial: 0, labels: [] });
    await labels.add(TRACE, ['untrusted', 'customer'], 'call-1');
    await labels.add(TRACE, ['untrusted']);
    await labels.add(TRACE, []);
    await labels.add(TRACE, ['pii', 'untrusted']);
    expect(await labels.of(TRACE)).toEqual({ serial: 2, labels: ['customer', 'pii', 'untrusted'] });
    expect(events).toEqual([
      {
        type: 'labels-added',
        trace: TRACE,
        subject: 'call-1',
        data: { added: ['customer', 'untrusted'], labels: ['customer', 'untrusted'] },
      },
      {
        type: 'labels-added',
        trace: TRACE,
        subject: TRACE,
        data: { added: ['pii'], labels: ['customer', 'pii', 'untrusted'] },
      },
    ]);
  });

  it('are of this trace and this agent alone', async () => {
    const { labels, store } = opened();
    await labels.add(TRACE, ['secret']);
    expect(await of(labels, SECOND)).toEqual([]);
    expect(await of(opened(store, { agent: OTHER }).labels)).toEqual([]);
    expect(await of(opened(store).labels)).toEqual(['secret']);
  });

  it.each([
    ['{}'],
    ['nothing'],
    ['{"labels":[],"serial":1,"v":2}'],
    ['{"labels":["pii"],"serial":0,"v":1}'],
    ['{"labels":["PII"],"serial":1,"v":1}'],
    ['{"labels":"pii","serial":1,"v":1}'],
    ['{"labels":[],"more":1,"serial":1,"v":1}'],
    ['[]'],
  ])('that are kept as %s are no labels that anybody can read: nothing is read or added', async (text) => {
    const { labels, store } = opened();
    await store.put(`guard/labels/${AGENT}/${TRACE}`, new TextEncoder().encode(text));
    expect(await codeRejectedBy(labels.of(TRACE))).toBe('GUARD_LABELS_UNREADABLE');
    expect(await codeRejectedBy(labels.add(TRACE, ['pii']))).toBe('GUARD_LABELS_UNREADABLE');
  });

  it.each([[[' pii']], [['Pii']], [['']], [['1a']], [['a'.repeat(33)]], [[7]], ['pii'], [null], [{}]])(
    'are never %j',
    async (given) => {
      expect(codeThrownBy(() => readLabels(given))).toBe('GUARD_LABELS_INVALID');
    },
  );

  it('are bounded in number, and what is too many changes nothing', async () => {
    const { labels } = opened();
    const own = Array.from({ length: OWN_LABELS_MAX }, (_, i) => `own-${i}`);
    await labels.add(TRACE, own);
    const before = await labels.of(TRACE);
    expect(await codeRejectedBy(labels.add(TRACE, ['pii', 'one-more']))).toBe('GUARD_LABELS_TOO_MANY');
    expect(await labels.of(TRACE)).toEqual(before);
    await labels.add(TRACE, ['pii', 'secret', 'untrusted', 'own-3']);
    expect(await of(labels)).toHaveLength(OWN_LABELS_MAX + 3);
    const more = [...own, 'pii', 'secret', 'untrusted', 'own-x'];
    expect(codeThrownBy(() => readLabels(more))).toBe('GUARD_LABELS_INVALID');
    expect(readLabels(['a'.repeat(32), 'b', 'b'])).toEqual(['a'.repeat(32), 'b']);
  });

  it('say whether they moved, once each time, and in a shared store always at first', async () => {
    const { labels, store } = opened();
    const moved = labels.watch();
    expect(moved()).toBe(false);
    await labels.add(SECOND, ['pii']);
    expect([moved(), moved()]).toEqual([true, false]);
    await labels.add(SECOND, ['pii']);
    expect(moved()).toBe(false);
    const elsewhere = opened(store, { shared: true }).labels.watch();
    expect([elsewhere(), elsewhere()]).toEqual([true, false]);
  });

  it('are withheld from whoever waits for them where the log does not take it', async () => {
    const { labels } = opened(undefined, { record: () => Promise.reject(new Error('log')) });
    await expect(labels.add(TRACE, ['pii'])).rejects.toThrow('log');
    expect(await of(labels)).toEqual(['pii']);
  });

  it('never shrink, whatever several processes add and in whatever order they meet', async () => {
    await withSeed('labels', 300, async (random) => {
      const { store } = opened();
      const processes = [opened(store), opened(store), opened(store)];
      const names = ['pii', 'secret', 'untrusted', 'a', 'b', 'c-1'];
      const added = new Set<string>();
      const reader = opened(store).labels;
      let last: readonly string[] = [];
      for (let round = 0; round < 6; round++) {
        await Promise.all(
          processes.map(async ({ labels }) => {
            const some = names.filter(() => random.int(3) === 0);
            for (const one of some) added.add(one);
            await labels.add(TRACE, some);
          }),
        );
        const now = await of(reader);
        for (const one of last) if (!now.includes(one)) expect.fail(`${one} is gone`);
        last = now;
      }
      expect(last).toEqual([...added].sort());
    });
  });
});

describe('an order that clears labels', () => {
  const ORDER: LabelClear = {
    agent: AGENT,
    trace: TRACE,
    serial: 1,
    labels: ['untrusted'],
    notAfter: NOW + 1000,
  };

  it('takes away what it names, once, and says so in the log', async () => {
    const { labels, events } = opened();
    await labels.add(TRACE, ['untrusted', 'pii']);
    const order = await signLabelClear(ORDER, author, NOW);
    await labels.clear(order);
    expect(await labels.of(TRACE)).toEqual({ serial: 2, labels: ['pii'] });
    expect(events.at(-1)).toMatchObject({
      type: 'labels-cleared',
      trace: TRACE,
      subject: TRACE,
      data: { cleared: ['untrusted'], labels: ['pii'], operator: author.kid },
    });
    await labels.add(TRACE, ['untrusted']);
    expect(await codeRejectedBy(labels.clear(order))).toBe('GUARD_LABELS_CHANGED');
    expect(await of(labels)).toEqual(['pii', 'untrusted']);
  });

  it('does not take away what came after the operator looked, or what is not there', async () => {
    const { labels } = opened();
    await labels.add(TRACE, ['untrusted']);
    const order = await signLabelClear(ORDER, author, NOW);
    await labels.add(TRACE, ['pii']);
    expect(await codeRejectedBy(labels.clear(order))).toBe('GUARD_LABELS_CHANGED');
    const other = await signLabelClear({ ...ORDER, serial: 2, labels: ['secret'] }, author, NOW);
    expect(await codeRejectedBy(labels.clear(other))).toBe('GUARD_LABELS_CHANGED');
    expect(await of(labels)).toEqual(['pii', 'untrusted']);
  });

  it('counts from nobody else, for nobody else, not too late and not without a roster', async () => {
    const { labels, store } = opened();
    await labels.add(TRACE, ['untrusted']);
    const refused = async (
      signer: TestSigner,
      order: Partial<LabelClear> = {},
      more: Partial<TraceLabelsOptions> = {},
    ) =>
      codeRejectedBy(
        opened(store, more).labels.clear(await signLabelClear({ ...ORDER, ...order }, signer, NOW)),
      );
    expect(await refused(reviewer)).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await refused(testSigner(3))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    expect(await refused(author, { agent: OTHER })).toBe('GUARD_ORDER_INVALID');
    expect(await refused(author, { notAfter: NOW })).toBe('GUARD_ORDER_EXPIRED');
    expect(await refused(author, {}, { operators: undefined })).toBe('GUARD_OPERATORS_ABSENT');
    const { iss } = (await signLabelClear(ORDER, author, NOW)).head;
    expect(await refused(author, { agent: iss }, { agent: iss })).toBe('GUARD_ORDER_INVALID');
    expect(await of(labels)).toEqual(['untrusted']);
  });

  it.each([
    ['agent', { agent: 7 }],
    ['trace', { trace: 7 }],
    ['serial', { serial: -1 }],
    ['labels', { labels: [] }],
    ['notAfter', { notAfter: 0.5 }],
    ['more', { more: 1 }],
  ])('is refused with a wrong %s', async (member, change) => {
    const body = { ...ORDER, labels: [...ORDER.labels], ...change };
    const head = (await signLabelClear(ORDER, author, NOW)).head;
    if (member === 'notAfter') {
      expect(await codeRejectedBy(signLabelClear({ ...ORDER, notAfter: 0.5 }, author, NOW))).toBe(
        'GUARD_ORDER_INVALID',
      );
      return;
    }
    const order = await signEnvelope({ type: 'ttp/label-clear@1', head, body, signers: [author] });
    expect(await codeRejectedBy(opened().labels.clear(order))).toBe('GUARD_ORDER_INVALID');
  });
});

const obligation = (params: object) => ({ kind: 'label', from: 'profile:a2t', params: { ...params } });

describe('a label obligation', () => {
  it('adds what it names before the result leaves, unchanged', async () => {
    const { labels, events } = opened();
    const handler = labelHandler(labels);
    const wanted = obligation({ add: ['untrusted'] });
    expect(handler.check(wanted, interaction())).toBeUndefined();
    const result = { a: 1 };
    expect(await handler.after?.(wanted, result, interaction({ id: 'call', trace: SECOND }))).toBe(result);
    expect(await of(labels, SECOND)).toEqual(['untrusted']);
    expect(events[0]?.subject).toBe('call');
  });

  it('that cannot be fulfilled refuses the call, and a fault the result', async () => {
    const { labels, store } = opened();
    const handler = labelHandler(labels);
    expect(handler.check(obligation({ add: ['UPPER'] }), interaction())).toBe('GUARD_LABELS_INVALID');
    expect(handler.check(obligation({}), interaction())).toBe('GUARD_LABELS_INVALID');
    expect(handler.check(obligation({ add: [], take: [] }), interaction())).toBe('GUARD_OBLIGATION_INVALID');
    await store.put(`guard/labels/${AGENT}/${TRACE}`, new TextEncoder().encode('{}'));
    const after = handler.after?.(obligation({ add: ['pii'] }), 1, interaction()) ?? Promise.resolve();
    expect(await codeRejectedBy(after)).toBe('GUARD_LABELS_UNREADABLE');
  });
});
