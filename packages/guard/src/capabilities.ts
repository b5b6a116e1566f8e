import { type Capability, STAGES, type Stage } from '@ttp/core';

/** What each stage adds to the stages below it (ttp-protocol.txt L875-884). */
const ADDED: Readonly<Record<Stage, readonly Capability[]>> = {
  blocked: [],
  unverified: ['data:text'],
  provisional: ['data:code', 'context:workspace'],
  new: ['data:structured', 'file:read', 'context:session'],
  building: ['data:binary', 'file:write', 'network:internal'],
  established: ['network:external', 'file:execute'],
};

/**
 * The capabilities that a trust stage grants, those of the lower stages included (decision D27). The ten that the
 * table does not name are granted by no stage.
 */
export function capabilitiesOf(stage: Stage): readonly Capability[] {
  return STAGES.slice(0, STAGES.indexOf(stage) + 1).flatMap((lower) => ADDED[lower]);
}
