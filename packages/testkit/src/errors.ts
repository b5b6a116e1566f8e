/** Error codes of @ttp/testkit, each with what it means. */
export const TESTKIT_ERRORS = {
  TESTKIT_BAD_ARGUMENT: 'A number, probability or list given to a test helper is out of its range.',
  TESTKIT_BAD_REQUIREMENT: 'The text is not a requirement id such as "flaw.H1" or "spl.operators.between".',
  TESTKIT_BAD_VECTOR:
    'A vector file is not JSON, or a case lacks a unique name or exactly one of expect and code.',
  TESTKIT_NO_FILE: 'A vector folder or file that a test names does not exist.',
  TESTKIT_NEEDS_NODE: 'The helper reads files or tracks tasks with means that only Node has.',
  TESTKIT_SCHEDULE_FAILED:
    'Under this order of steps a task failed, the check failed or the tasks waited for each other.',
  TESTKIT_DEADLOCK: 'Tasks are left that wait for something which no other task will do.',
  TESTKIT_TOO_MANY_SCHEDULES:
    'There are more schedules than the exploration may run: nothing is left out silently.',
  TESTKIT_NOT_DETERMINISTIC:
    'The same choices led to other steps than before: the scenario reads time or randomness.',
  TESTKIT_DISK_EIO: 'The simulated disk reports an input/output error.',
  TESTKIT_DISK_ENOSPC: 'The simulated disk is full; nothing was written.',
  TESTKIT_DISK_SHORT_WRITE: 'The simulated disk wrote only the beginning of the bytes.',
  TESTKIT_DISK_CRASHED: 'The handle or the operation belongs to a machine that lost power.',
  TESTKIT_DISK_CLOSED: 'The file is closed.',
  TESTKIT_DISK_NO_FILE: 'There is no file of this name on the simulated disk.',
} as const;

/** The closed list of codes that @ttp/testkit throws. */
export type TestkitErrorCode = keyof typeof TESTKIT_ERRORS;
