/** One call of a tool. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const call = (tool: string, input: ToolCall['input'] = {}): ToolCall => ({ tool, input });
const read = (path: string): ToolCall => call('read_text_file', { path });
const each = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i + 1));

/** What an agent does that writes the report of a week: 55 calls of nine tools of the filesystem server. */
export const SESSION: readonly ToolCall[] = [
  call('list_allowed_directories'),
  call('list_directory', { path: 'notes' }),
  ...each(12, (i) => read(`notes/day-${i}.md`)),
  call('list_directory', { path: 'tickets/open' }),
  ...each(20, (i) => read(`tickets/open/ticket-${i}.md`)),
  ...each(6, (i) => call('get_file_info', { path: `tickets/open/ticket-${i}.md` })),
  call('search_files', { path: 'notes', pattern: '*release*' }),
  call('directory_tree', { path: 'customers' }),
  read('customers/acme.md'),
  read('customers/globex.md'),
  read('team/plan.md'),
  read('reports/template.md'),
  call('create_directory', { path: 'reports/2026' }),
  call('write_file', { path: 'reports/2026/week-47.md', content: '# Week 47\n\nOpen: 32\n' }),
  ...each(4, (i) =>
    call('edit_file', {
      path: 'reports/2026/week-47.md',
      edits: [{ oldText: `Open: ${33 - i}`, newText: `Open: ${32 - i}` }],
    }),
  ),
  read('reports/2026/week-47.md'),
  call('list_directory', { path: 'reports/2026' }),
];

/** What the session never did, and what nobody who watched it would have permitted: each has to be denied. */
export const FORBIDDEN: readonly (ToolCall & { readonly what: string })[] = [
  { what: 'another folder', ...read('payroll/may.csv') },
  { what: 'a file beside two that were read', ...read('customers/initech.md') },
  { what: 'a hidden file in a folder that is opened', ...read('notes/.drafts') },
  { what: 'a way out of an opened folder', ...read('notes/../payroll/may.csv') },
  { what: 'a way out of all folders', ...read('notes/../../../etc/passwd') },
  { what: 'an encoded way out', ...read('notes/%2e%2e/payroll/may.csv') },
  { what: 'a path from the root', ...read('/etc/passwd') },
  {
    what: 'a tool that was never used',
    ...call('move_file', { source: 'notes/day-1.md', destination: 'x' }),
  },
  { what: 'another one', ...call('read_multiple_files', { paths: ['payroll/may.csv'] }) },
  {
    what: 'writing where only reading was seen',
    ...call('write_file', { path: 'notes/day-1.md', content: 'x' }),
  },
  {
    what: 'writing beside what was written',
    ...call('write_file', { path: 'reports/2026/week-48.md', content: 'x' }),
  },
  { what: 'searching another folder', ...call('search_files', { path: 'payroll', pattern: '*' }) },
  { what: 'no path at all', ...call('read_text_file') },
];
