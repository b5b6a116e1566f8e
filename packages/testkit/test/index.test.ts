import { describe, expect, it } from 'vitest';
import * as testkit from '../src/index.js';

describe('@ttp/testkit', () => {
  it('exports this list and nothing else', () => {
    expect(Object.keys(testkit).sort()).toEqual([
      'CALM',
      'DISK_FAULTS',
      'NETWORK_FAULTS',
      'ScheduleFailure',
      'TESTKIT_ERRORS',
      'THIRD_PARTY_ABSENT',
      'codeRejectedBy',
      'codeThrownBy',
      'drawLinkQuality',
      'explore',
      'exploreAtRandom',
      'fakeClock',
      'faultCounter',
      'keysOf',
      'lockChecks',
      'lockContract',
      'logChecks',
      'logContract',
      'proves',
      'replay',
      'runTrace',
      'seededRandom',
      'simulatedDisk',
      'simulatedNetwork',
      'storeChecks',
      'storeContract',
      'testSigner',
      'thirdParty',
      'thirdPartyDir',
      'vectors',
      'withSeed',
    ]);
  });
});
