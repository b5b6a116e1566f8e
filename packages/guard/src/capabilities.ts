import { type Capability, STAGES, type Stage } from '@ttp/core';

/** What each stage adds to the stages below it (decision D27, ttp-protocol.txt L799). */
const ADDED: { readonly [S in Stage]: readonly Capability[] } = {
  blocked: [],
  unverified: ['data:text'],
  provisional: ['data:code', 'context:workspace'],
  new: ['data:structured', 'file:read', 'context:session'],
  building: ['data:binary', 'file:write', 'network:internal'],
  established: ['network:external', 'file:execute'],
};

/**
 * The capabilities that a stage grants. The other ten of the registry come only from a grant signed by an operator.
 *
 * @returns in the order of the stages; nothing for `blocked`
 */
export function capabilitiesOf(stage: Stage): readonly Capability[] {
  if (stage === 'blocked') return [];
  return STAGES.slice(0, STAGES.indexOf(stage) + 1).flatMap((s) => ADDED[s]);
}
