export { type FakeClock, fakeClock } from './clock.js';
export { codeRejectedBy, codeThrownBy } from './codes.js';
export { type LockCheck, type LockSubject, lockChecks, lockContract } from './contract/lock.js';
export { logChecks, logContract } from './contract/log.js';
export { storeChecks, storeContract } from './contract/store.js';
export type { ContractCheck, OpenSubject, StorageSubject } from './contract/suite.js';
export { TESTKIT_ERRORS, type TestkitErrorCode } from './errors.js';
export { THIRD_PARTY_ABSENT, thirdParty, thirdPartyDir } from './files/third-party.js';
export { type VectorCase, vectors } from './files/vectors.js';
export { proves } from './proves.js';
export {
  type ExploreOptions,
  explore,
  exploreAtRandom,
  replay,
  type Scenario,
  type SetUp,
} from './schedule/explore.js';
export { ScheduleFailure } from './schedule/failure.js';
export type { Scheduler } from './schedule/scheduler.js';
export { type SeededRandom, seededRandom } from './seed/random.js';
export { withSeed } from './seed/with-seed.js';
export { keysOf, type TestSigner, testSigner } from './signer.js';
export {
  DISK_FAULTS,
  type DiskFault,
  type PlannedFault,
  type SimulatedDisk,
  type SimulatedDiskOptions,
  simulatedDisk,
} from './simulation/disk.js';
export { type FaultCounter, faultCounter } from './simulation/faults.js';
export {
  CALM,
  drawLinkQuality,
  type LinkQuality,
  NETWORK_FAULTS,
  type NetworkFault,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
  simulatedNetwork,
} from './simulation/network.js';
export { type RunTrace, runTrace } from './simulation/trace.js';
