import { atLeast, type Capability, STAGES, type Stage } from '@ttp/core';

/** What a tool may reach of a network: nothing, the hosts that were listed for it, or everything. */
export type NetworkReach = 'none' | 'allowlist' | 'full';
/** What a tool may do to files: nothing, read, write in a folder of its own, or everything. */
export type FileReach = 'none' | 'read-only' | 'sandbox' | 'full';

/** What a tool is let out to, for which agent. */
export interface SandboxBounds {
  readonly tier: 0 | 1 | 2 | 3;
  readonly network: NetworkReach;
  readonly filesystem: FileReach;
  readonly maxMs: number;
}

/** The tiers of the documents (ttp-protocol.txt L918-926): from which stage, and the most that each opens. */
const TIERS: readonly (SandboxBounds & { readonly from: Stage })[] = [
  { tier: 3, from: 'established', network: 'full', filesystem: 'full', maxMs: 300_000 },
  { tier: 2, from: 'building', network: 'allowlist', filesystem: 'sandbox', maxMs: 120_000 },
  { tier: 1, from: 'provisional', network: 'allowlist', filesystem: 'read-only', maxMs: 30_000 },
];
const TIER_0: SandboxBounds = { tier: 0, network: 'none', filesystem: 'none', maxMs: 5_000 };

/**
 * What the sandbox of a tool opens for an agent: no more than its tier, and nothing that no capability of the agent
 * stands for (flaw.P18). A network that was never granted is no allowlist of a lucky tier, and `full` is never given for
 * a stage alone: somebody has to have said so (decision D38).
 *
 * @param full whether the host decided that this tool may have everything that its tier and the capabilities allow
 */
export function sandboxBounds({
  stage,
  capabilities,
  full = false,
}: {
  readonly stage: Stage;
  readonly capabilities: readonly Capability[];
  readonly full?: boolean;
}): SandboxBounds {
  const { tier, network, filesystem, maxMs } =
    TIERS.find(({ from }) => atLeast(STAGES, stage, from)) ?? TIER_0;
  const holds = (...all: readonly Capability[]): boolean => all.every((one) => capabilities.includes(one));
  return { tier, network: reach(network), filesystem: files(filesystem), maxMs };

  function reach(most: NetworkReach): NetworkReach {
    if (most === 'full' && full && holds('network:external', 'network:internal')) return 'full';
    const isGranted = holds('network:internal') || holds('network:external');
    return most !== 'none' && isGranted ? 'allowlist' : 'none';
  }

  function files(most: FileReach): FileReach {
    if (most === 'none' || !holds('file:read')) return 'none';
    if (most === 'full' && full && holds('file:write', 'file:execute')) return 'full';
    return most !== 'read-only' && holds('file:write') ? 'sandbox' : 'read-only';
  }
}
