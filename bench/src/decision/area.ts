import type { RunArea } from '../areas.ts';
import { inMemory, onDisk } from './audited.ts';
import { gate } from './gate.ts';

export const run: RunArea = async (effort) => [
  await gate(effort),
  await inMemory(effort),
  await onDisk(effort),
];
