import { TtpError } from '@ttp/core';

/** An order of steps under which something went wrong, so that it can be replayed. */
export class ScheduleFailure extends TtpError<'TESTKIT_SCHEDULE_FAILED'> {
  /** The steps as they were taken, each `<task>:<label>`. */
  readonly schedule: readonly string[];

  constructor(schedule: readonly string[], cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const steps = schedule.map((step) => `  ${step}`).join('\n');
    super('TESTKIT_SCHEDULE_FAILED', `${what}\nunder this schedule, which replay() repeats:\n${steps}`, {
      cause,
    });
    this.schedule = schedule;
  }
}
