import type { RunArea } from '../areas.ts';
import { appending, building } from './build.ts';
import { growing } from './curve.ts';
import { proving } from './proofs.ts';

export const run: RunArea = async (effort) => [
  await building(1024, effort),
  await building(effort.quick ? 20_000 : 100_000, effort),
  await appending(effort.quick ? 20_000 : 100_000, effort),
  await growing(effort),
  ...(await proving(effort.quick ? 100_000 : 1_000_000, 10_000, effort)),
];
