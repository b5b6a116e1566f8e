import type { Effort } from './race.ts';
import type { AreaResult, TableResult } from './result.ts';

/** What a module of an area exports as `run`. */
export type RunArea = (effort: Effort) => Promise<readonly TableResult[]>;

interface Area {
  readonly id: string;
  readonly title: string;
  readonly load: () => Promise<RunArea>;
}

/** The areas in the order of the page. Loaded when they run: each in a process that has nothing else in it. */
export const AREAS: readonly Area[] = [
  { id: 'crypto', title: 'Signatures and hashes', load: async () => (await import('./crypto/area.ts')).run },
  {
    id: 'handshake',
    title: 'A handshake of two agents',
    load: async () => (await import('./handshake.ts')).run,
  },
  { id: 'jcs', title: 'Canonical JSON', load: async () => (await import('./jcs.ts')).run },
  { id: 'policy', title: 'Policy decisions', load: async () => (await import('./policy/area.ts')).run },
  { id: 'merkle', title: 'Merkle tree', load: async () => (await import('./merkle/area.ts')).run },
  { id: 'chain', title: 'A chain of 1000 receipts', load: async () => (await import('./chain.ts')).run },
  { id: 'decision', title: 'A whole decision', load: async () => (await import('./decision/area.ts')).run },
  { id: 'score', title: 'Trust scores', load: async () => (await import('./score/area.ts')).run },
  { id: 'storage', title: 'Appending to storage', load: async () => (await import('./storage/area.ts')).run },
  { id: 'guard', title: 'Stopping agents', load: async () => (await import('./guard/area.ts')).run },
  { id: 'mcp', title: 'MCP calls', load: async () => (await import('./mcp.ts')).run },
  { id: 'loop', title: 'Holding the event loop', load: async () => (await import('./loop.ts')).run },
  { id: 'import', title: 'Cold imports', load: async () => (await import('./cold-import.ts')).run },
];

/** What a child sent is what it says: it is a process of our own. */
export const isAreaResult = (message: unknown): message is AreaResult =>
  typeof message === 'object' && message !== null && 'id' in message && 'tables' in message;
