import { THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import type { TestContext } from 'vitest';

/** One test of a Wycheproof file with the data of its group; all bytes are hexadecimal. */
export type Case<Group, Test> = Group &
  Test & { readonly tcId: number; readonly result: 'valid' | 'invalid' | 'acceptable' };

/** All tests of one file; skips the test around it where the vectors are absent. */
export function wycheproof<Group, Test>(context: TestContext, file: string): readonly Case<Group, Test>[] {
  const text = thirdParty(`crypto/wycheproof/${file}_test.json`) ?? context.skip(THIRD_PARTY_ABSENT);
  const { testGroups }: { testGroups: readonly (Group & { tests: readonly Case<Group, Test>[] })[] } =
    JSON.parse(text);
  return testGroups.flatMap((group) => group.tests.map((test) => ({ ...group, ...test })));
}
