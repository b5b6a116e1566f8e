/** Published samples, put together so that no scanner takes this file for a leak. */
export const KEY: string = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
export const CARD: string = ['4242', '4242', '4242', '4242'].join('');

/** Ways to spell a path out of an allowed folder, or to a folder that is denied. */
export const spellings = (at: (path: string) => string): readonly string[] => [
  'payroll/secret.txt',
  './payroll/secret.txt',
  './/payroll/secret.txt',
  'payroll//secret.txt',
  'payroll/secret.txt/',
  'PAYROLL/secret.txt',
  'notes/../payroll/secret.txt',
  'notes/./../payroll/secret.txt',
  'notes//../payroll/secret.txt',
  'notes/x/../../payroll/secret.txt',
  'notes/..\\payroll\\secret.txt',
  'notes\\..\\payroll\\secret.txt',
  'notes/%2e%2e/payroll/secret.txt',
  'notes/%252e%252e/payroll/secret.txt',
  'notes/..%2fpayroll%2fsecret.txt',
  'notes/%c0%ae%c0%ae/payroll/secret.txt',
  'notes/\u0000/../payroll/secret.txt',
  'notes/plan.txt\u0000.txt',
  'notes/\u007f',
  'notes/\ud800',
  'notes/cafe\u0301.txt',
  'notes/..',
  'notes/.',
  'notes/',
  'pay\u200broll/secret.txt',
  '\ufeffpayroll/secret.txt',
  'pay\u00adroll/secret.txt',
  '\uff50ayroll/secret.txt',
  '',
  '.',
  '/',
  '~',
  '~/notes/plan.txt',
  '/notes/plan.txt',
  '//notes/plan.txt',
  '/customers/order-17.txt',
  ' notes/plan.txt',
  'notes/plan.txt ',
  '\tnotes/plan.txt',
  '"notes/plan.txt"',
  "'notes/plan.txt'",
  'C:/notes/plan.txt',
  at('payroll/secret.txt'),
  at('notes/plan.txt'),
  at('notes/../payroll/secret.txt'),
  `/${at('payroll/secret.txt')}`,
  `file://${at('payroll/secret.txt')}`,
  `file://${at('notes/plan.txt')}`,
  'file:notes/plan.txt',
  `notes/${'a/'.repeat(2000)}`,
  `notes/${'a/../'.repeat(100)}../payroll/secret.txt`,
];

/** Names that only look like a way out: the server takes them as the names that they are. */
export const LOOKALIKES: readonly string[] = [
  'notes/\uff0e\uff0e/payroll/secret.txt',
  'notes/..\uff0fpayroll\uff0fsecret.txt',
  'notes/\u2025/payroll/secret.txt',
  'notes/.\u200b./payroll/secret.txt',
  'notes/..\u2215payroll/secret.txt',
  'notes/.../payroll/secret.txt',
  'notes/.. /payroll/secret.txt',
  'notes/..;/payroll/secret.txt',
];

/** A line that calls a tool; `more` stands between its method and its params. */
export const callLine = (id: string, params: string, more = ''): string =>
  `{"jsonrpc":"2.0","id":"${id}","method":"tools/call"${more},"params":${params}}`;

/** Members of a call: its tool, one path that is allowed, one that is not. */
export const TOOL = '"name":"read_text_file"';
export const ALLOWED = '"path":"notes/plan.txt"';
export const DENIED = '"path":"payroll/secret.txt"';
/** Params that two readers could read in two ways, and params of the wrong kind, each under a name of its own. */
export const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['twice', `{${TOOL},"arguments":{${ALLOWED},${DENIED}}}`],
  ['twice-reversed', `{${TOOL},"arguments":{${DENIED},${ALLOWED}}}`],
  ['escaped-twice', `{${TOOL},"arguments":{${ALLOWED},"p\\u0061th":"payroll/secret.txt"}}`],
  ['arguments-twice', `{${TOOL},"arguments":{${ALLOWED}},"arguments":{${DENIED}}}`],
  [
    'name-twice',
    `{${TOOL},"name":"read_multiple_files","arguments":{${ALLOWED},"paths":["payroll/secret.txt"]}}`,
  ],
  ['proto', `{${TOOL},"arguments":{"__proto__":{${DENIED}}}}`],
  ['proto-beside', `{${TOOL},"arguments":{${DENIED},"__proto__":{${ALLOWED}}}}`],
  ['proto-of-params', `{${TOOL},"arguments":{${DENIED}},"__proto__":{"arguments":{${ALLOWED}}}}`],
  ['list', `{${TOOL},"arguments":{"path":["payroll/secret.txt"]}}`],
  ['list-of-both', `{${TOOL},"arguments":{"path":["notes/plan.txt","payroll/secret.txt"]}}`],
  ['object', `{${TOOL},"arguments":{"path":{"toString":"payroll/secret.txt"}}}`],
  ['null', `{${TOOL},"arguments":{"path":null}}`],
  ['none', `{${TOOL},"arguments":{}}`],
  ['text', `{${TOOL},"arguments":"payroll/secret.txt"}`],
  ['array', `{${TOOL},"arguments":["payroll/secret.txt"]}`],
  ['named-list', `{"name":["read_text_file"],"arguments":{${DENIED}}}`],
  ['params-list', `["read_text_file",{${DENIED}}]`],
  ['infinite', `{${TOOL},"arguments":{${ALLOWED},"head":1e999}}`],
  ['deep', `{${TOOL},"arguments":{${ALLOWED},"x":${'['.repeat(5000)}${']'.repeat(5000)}}}`],
  ['huge', `{${TOOL},"arguments":{${ALLOWED},"x":"${'a'.repeat(3_000_000)}"}}`],
];

/** Every character of `text` spelled by its code. */
const spelled = (text: string, spell: (code: number) => string): string =>
  Array.from(text, (character) => spell(character.codePointAt(0) ?? 0)).join('');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Spellings of a secret. */
export const encodings = (secret: string): readonly (readonly [string, string])[] => [
  ['plain', secret],
  ['base64', base64(secret)],
  ['base64 of base64', base64(base64(secret))],
  ['hex', Buffer.from(secret).toString('hex')],
  ['percent', spelled(secret, (code) => `%${code.toString(16)}`)],
  ['html', spelled(secret, (code) => `&#${code};`)],
  ['json', spelled(secret, (code) => `\\u00${code.toString(16)}`)],
  ['full width', spelled(secret, (code) => String.fromCodePoint(code + 0xfee0))],
  ['zero width', spelled(secret, (code) => `${String.fromCodePoint(code)}\u200b`)],
];
