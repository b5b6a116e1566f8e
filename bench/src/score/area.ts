import type { RunArea } from '../areas.ts';
import { graph } from './graph.ts';
import { cached, scoring } from './report.ts';

export const run: RunArea = async (effort) => [await scoring(effort), await cached(effort), graph(effort)];
