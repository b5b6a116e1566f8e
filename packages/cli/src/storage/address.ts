import { HintedError } from '../hints.js';

/** Where a storage is. */
export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'fs'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string | undefined };

/**
 * Reads the address of a storage: `sqlite:file` or just the file, `fs:folder`, `postgres://user@host/database`, with
 * `?schema=name` where it is not the usual one. A password does not stand on a command line, which others can read.
 *
 * @param field the option that it stands in
 * @throws CLI_STORE_ADDRESS
 */
export function parseAddress(text: string, field: string): StoreAddress {
  const [, kind, rest = ''] = /^([a-z]{2,}):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return { kind: 'sqlite', path: text };
  if ((kind === 'sqlite' || kind === 'fs') && rest !== '') return { kind, path: rest };
  if (kind !== 'postgres' && kind !== 'postgresql') throw refused(text, field);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused(text, field);
  }
  if (url.password !== '' || url.searchParams.has('password'))
    throw new HintedError(
      'CLI_STORE_ADDRESS',
      'the address holds a password, which the list of processes shows',
      'PGPASSWORD in the environment, or a .pgpass file',
      field,
    );
  const schema = url.searchParams.get('schema') ?? undefined;
  url.searchParams.delete('schema');
  return { kind: 'postgres', url: url.href, schema };
}

const refused = (text: string, field: string): HintedError =>
  new HintedError(
    'CLI_STORE_ADDRESS',
    `${text.slice(0, text.indexOf(':') + 1)} is not the beginning of an address`,
    'a file, sqlite:<file>, fs:<folder> or postgres://<user>@<host>/<database>',
    field,
  );
