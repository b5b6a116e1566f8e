import { parseArgs } from 'node:util';

export interface Options {
  readonly areas: readonly string[];
  readonly json: boolean;
  readonly write: boolean;
  readonly quick: boolean;
  readonly help: boolean;
  readonly asBuilt: boolean;
}

/** Throws where an option or an area does not exist. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      'as-built': { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no area ${unknown.join(', ')}; there are ${known.join(', ')}`);
  if (values.write && (positionals.length > 0 || values.quick))
    throw new Error('--write is for a whole run: no area, no --quick');
  return {
    areas: positionals.length === 0 ? known : known.filter((name) => positionals.includes(name)),
    json: values.json,
    write: values.write,
    quick: values.quick,
    help: values.help,
    asBuilt: values['as-built'],
  };
}
