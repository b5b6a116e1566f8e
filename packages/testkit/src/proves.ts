import { TtpError } from '@ttp/core';

/** `area.name`, with further parts where the requirement has them. */
const ID = /^[a-z][a-z0-9-]*(?:\.[A-Za-z0-9][A-Za-z0-9-]*)+$/;

/**
 * Says which requirements the test around it shows by behaviour. It is the first line of the test's body, with
 * string literals: the requirements gate finds the ids by reading the test files, this call only refuses what
 * could not be an id.
 *
 * @param ids requirement ids such as `flaw.H1`, `decision.D7`, `law.P-1`, `spl.operators.between`
 * @throws TESTKIT_BAD_REQUIREMENT
 */
export function proves(...ids: readonly string[]): void {
  const wrong = ids.length === 0 ? '(none)' : ids.find((id) => !ID.test(id));
  if (wrong !== undefined) throw new TtpError('TESTKIT_BAD_REQUIREMENT', `not a requirement id: ${wrong}`);
}
