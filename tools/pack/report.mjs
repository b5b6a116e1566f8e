// What was checked, as one line each: `ok` or `FAIL`, what, and what is to know about it.

/** @param print takes a line; the console unless given */
export function createReport(print = console.log) {
  let failures = 0;
  return {
    /** A line about `what`, which went well where `problems` is empty. `detail` is said in either case. */
    check(what, problems, detail = '') {
      const said = [...problems, ...(detail === '' ? [] : [detail])].join('; ');
      print(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${what}${said === '' ? '' : `: ${said}`}`);
      if (problems.length > 0) failures++;
    },
    /** A line that says what was measured or left out, and fails nothing. */
    note(what, detail) {
      print(`     ${what}: ${detail}`);
    },
    failures: () => failures,
  };
}
