export { type FakeClock, fakeClock } from './clock.js';
export { codeRejectedBy, codeThrownBy } from './codes.js';
export { TESTKIT_ERRORS, type TestkitErrorCode } from './errors.js';
export { THIRD_PARTY_ABSENT, thirdParty, thirdPartyDir } from './files/third-party.js';
export { type VectorCase, vectors } from './files/vectors.js';
export { proves } from './proves.js';
export { type SeededRandom, seededRandom } from './seed/random.js';
export { withSeed } from './seed/with-seed.js';
