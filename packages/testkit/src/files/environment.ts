/** A variable of the process's environment; undefined where there is no process, as in a browser. */
export function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name];
}
