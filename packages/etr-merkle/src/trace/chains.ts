import type { Did, EventType, Hash, TraceId } from '@ttp/core';
import { Frontier } from '../frontier.js';
import { hashText } from '../proof.js';
import type { Leaf, Position } from './leaf.js';

/** What the chains look at in an entry. */
type Entry = Pick<Leaf, 'agent' | 'trace' | 'type' | 'subject' | 'at'>;

/** An effect that was announced and whose outcome is not in the log. */
export interface OpenIntent {
  readonly agent: Did;
  readonly trace: TraceId;
  readonly subject: string;
  readonly leafHash: Hash;
}

/** What a seal says about its trace (decision D28). */
export interface TraceSummary {
  /** RFC 9162 root over the trace's own leaf hashes, in order. */
  readonly root: Hash;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Entries by type, of the types that occur. */
  readonly types: Readonly<Record<string, number>>;
}

/** An open trace as it is kept. */
export interface TraceState {
  readonly trace: TraceId;
  readonly agent: Did;
  readonly tree: Frontier;
  readonly types: readonly (readonly [EventType, number])[];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly intents: readonly OpenIntent[];
}

/** All chains of a log as they are kept. */
export interface ChainsState {
  readonly agents: readonly { readonly agent: Did; readonly seq: number; readonly last: Hash }[];
  readonly traces: readonly TraceState[];
}

interface AgentChain {
  seq: number;
  last: Hash;
}

interface TraceChain {
  readonly agent: Did;
  readonly hashes: Frontier;
  readonly intents: Map<string, OpenIntent[]>;
  readonly types: Map<EventType, number>;
  readonly firstAt: number;
  lastAt: number;
}

/** Types that close an intent of the same subject. */
const OUTCOMES: readonly EventType[] = ['effect-finished', 'outcome-unknown'];

/**
 * The hash chains of one log: every agent's, and every trace's that is not sealed. It changes before an append is
 * durable, and is thrown away when the append fails.
 */
export class Chains {
  readonly #agents = new Map<Did, AgentChain>();
  readonly #traces = new Map<TraceId, TraceChain>();

  #count = 0;

  /** The chains of a log as they were kept. */
  static from({ agents, traces }: ChainsState, count: number): Chains {
    const chains = new Chains();
    chains.#count = count;
    for (const { agent, seq, last } of agents) chains.#agents.set(agent, { seq, last });
    for (const { trace, agent, tree, types, firstAt, lastAt, intents } of traces) {
      const open = new Map<string, OpenIntent[]>();
      for (const intent of intents) open.set(intent.subject, [...(open.get(intent.subject) ?? []), intent]);
      chains.#traces.set(trace, {
        agent,
        hashes: tree,
        intents: open,
        types: new Map(types),
        firstAt,
        lastAt,
      });
    }
    return chains;
  }

  /** Entries so far, those that are not durable yet too. */
  get count(): number {
    return this.#count;
  }

  /** Agents and open traces. */
  get size(): number {
    return this.#agents.size + this.#traces.size;
  }

  /** What {@link from} takes. */
  state(): ChainsState {
    return {
      agents: [...this.#agents].map(([agent, chain]) => ({ agent, ...chain })),
      traces: [...this.#traces].map(([trace, { agent, hashes, intents, types, firstAt, lastAt }]) => ({
        trace,
        agent,
        tree: hashes,
        types: [...types],
        firstAt,
        lastAt,
        intents: [...intents.values()].flat(),
      })),
    };
  }

  /** Where the next entry of this agent and trace stands. */
  next({ agent, trace }: Pick<Entry, 'agent' | 'trace'>): Position {
    const chain = this.#agents.get(agent);
    return {
      agentSeq: chain === undefined ? 0 : chain.seq + 1,
      agentPrev: chain?.last ?? null,
      traceSeq: this.#traces.get(trace)?.hashes.size ?? 0,
    };
  }

  /** Puts an entry, already at its {@link next} position, at the end of its chains. */
  add(entry: Entry, hash: Uint8Array): void {
    const { agent, trace, type, at } = entry;
    const leafHash = hashText(hash);
    this.#count++;
    this.#agents.set(agent, { seq: (this.#agents.get(agent)?.seq ?? -1) + 1, last: leafHash });
    if (type === 'trace-sealed') {
      this.#traces.delete(trace); // nothing follows, and there may be very many
      return;
    }
    const chain = this.#traceChain(entry);
    chain.hashes.append(hash);
    chain.lastAt = at;
    chain.types.set(type, (chain.types.get(type) ?? 0) + 1);
    trackIntent(chain, entry, leafHash);
  }

  /** The agent whose entry opened the trace; undefined for a trace that has none, or is sealed. */
  openedBy = (trace: TraceId): Did | undefined => this.#traces.get(trace)?.agent;

  /** The summary of an unsealed trace. Undefined where it has no entries. */
  summary(trace: TraceId): TraceSummary | undefined {
    const chain = this.#traces.get(trace);
    if (chain === undefined) return undefined;
    const { hashes, firstAt, lastAt, types } = chain;
    const root = hashText(hashes.root());
    return { root, count: hashes.size, firstAt, lastAt, types: Object.fromEntries(types) };
  }

  /** Intents without outcome, of one trace or of all, in order of the traces' beginnings. */
  openIntents(trace?: TraceId): OpenIntent[] {
    const chains = trace === undefined ? [...this.#traces.values()] : [this.#traces.get(trace)];
    return chains.flatMap((chain) => [...(chain?.intents.values() ?? [])].flat());
  }

  #traceChain({ agent, trace, at }: Entry): TraceChain {
    let chain = this.#traces.get(trace);
    if (chain === undefined) {
      chain = {
        agent,
        hashes: new Frontier(),
        intents: new Map(),
        types: new Map(),
        firstAt: at,
        lastAt: at,
      };
      this.#traces.set(trace, chain);
    }
    return chain;
  }
}

function trackIntent(chain: TraceChain, { agent, trace, type, subject }: Entry, leafHash: Hash): void {
  const open = chain.intents.get(subject) ?? [];
  if (type === 'intent-recorded') chain.intents.set(subject, [...open, { agent, trace, subject, leafHash }]);
  if (!OUTCOMES.includes(type) || open.length === 0) return;
  if (open.length === 1) chain.intents.delete(subject);
  else chain.intents.set(subject, open.slice(1));
}
