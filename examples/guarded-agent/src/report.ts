import type { Answer } from './guarded.ts';

/** One line of the story: what was tried, what came of it, and whether it is what this demonstration promises. */
export interface Step {
  readonly step: string;
  readonly expected: string;
  readonly ok: boolean;
  readonly answer?: Answer;
  readonly detail?: unknown;
}

/** Tells the story as it happens: to people line by line, to machines as one document at the end. */
export interface Report {
  /** Names the folder that everything happens in. */
  open(folder: string): void;
  /** A call, and what it should come to: an outcome, the code of a refusal, or both. */
  call(step: string, answer: Answer, expected: string, shows?: RegExp): void;
  /** Something else that was done or checked. */
  check(step: string, ok: boolean, detail?: unknown): void;
  /** Says where the refused calls stand in the log, once it is exported: they were not waited for. */
  place(positions: readonly string[]): void;
  /** Whether everything so far was as promised. */
  ok(): boolean;
  /** Ends the story; `more` is for machines. */
  end(more: Readonly<Record<string, unknown>>): void;
}

const paint = (on: boolean) => {
  const wrap = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { good: wrap(32), bad: wrap(31), dim: wrap(2), bold: wrap(1) };
};

/** @param signal once it is aborted, whoever goes on telling is stopped */
export function createReport(json: boolean, stdout: NodeJS.WriteStream, signal: AbortSignal): Report {
  const { good, bad, dim, bold } = paint(stdout.isTTY && process.env['NO_COLOR'] === undefined);
  const steps: Step[] = [];

  function add(step: Step, lines: readonly string[]): void {
    signal.throwIfAborted();
    steps.push(step);
    if (json) return;
    const number = String(steps.length).padStart(2);
    stdout.write(`${step.ok ? good('ok ') : bad('BAD')} ${number}  ${bold(step.step)}\n`);
    for (const line of lines) stdout.write(`         ${line}\n`);
  }

  const isOk = (): boolean => steps.every((step) => step.ok);

  return {
    open(folder) {
      if (!json) stdout.write(`${dim(`Everything happens in ${folder}`)}\n`);
    },
    call(step, answer, expected, shows) {
      const { outcome, code, index, ms, reasons, text } = answer;
      const came = [outcome, code, `${outcome} ${code}`];
      const ok = came.includes(expected) && (shows === undefined || shows.test(text));
      const verdict = code === undefined ? good(outcome) : `${bad(outcome)} ${code}`;
      add({ step, expected, ok, answer }, [
        `${verdict}  ${dim(`${ms.toFixed(1)} ms, log position ${index ?? 'in the next batch'}`)}`,
        ...(outcome === 'done' ? [] : [meaningIn(text)]),
        ...reasons.slice(0, 3).map((reason) => dim(`because ${reason}`)),
        ...(outcome === 'done' ? [`-> ${text.trim().slice(0, 100)}`] : []),
      ]);
    },
    check(step, ok, detail) {
      const lines =
        detail === undefined ? [] : [typeof detail === 'string' ? detail : JSON.stringify(detail)];
      add({ step, expected: 'true', ok, ...(detail === undefined ? {} : { detail }) }, lines);
    },
    place(positions) {
      const refused = steps.flatMap(({ answer }, n) => (answer?.outcome === 'blocked' ? [n] : []));
      const placed = refused.map((n, nth) => `step ${n + 1} at ${positions[nth] ?? 'no position'}`);
      this.check(
        'the refused calls are in the log as well',
        refused.length <= positions.length, // more, where the revived agent was refused until the order was read
        placed.join(', '),
      );
    },
    ok: isOk,
    end(more) {
      const ok = isOk();
      if (json) stdout.write(`${JSON.stringify({ ok, ...more, steps }, null, 2)}\n`);
      else
        stdout.write(
          `\n${ok ? good('Everything was as promised.') : bad('Something was not as promised.')}\n`,
        );
    },
  };
}

/** What the wrapper says of a refusal, `Not done: <code>. <meaning>`, without the code. */
const meaningIn = (text: string): string => text.split('\n', 1)[0]?.replace(/^[^:]*: \w+\. /, '') ?? '';
