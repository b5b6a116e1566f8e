import type { RunArea } from '../areas.ts';
import { checks } from './checks.ts';
import { killBehaviour } from './kill-behaviour.ts';
import { killTimes } from './kill-times.ts';
import { longestCall } from './longest-call.ts';
import { meters } from './meters.ts';

export const run: RunArea = async (effort) => [
  await killBehaviour(),
  await killTimes(effort.quick),
  await checks(effort),
  await meters(effort),
  await longestCall(effort.quick),
];
