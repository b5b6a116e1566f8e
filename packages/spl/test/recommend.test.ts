import type { JsonObject } from '@ttp/core';
import {
  GLOB_MIN_SIBLINGS,
  lintPolicy,
  loadCallMap,
  loadPolicy,
  mapCall,
  type Observation,
  type ObservedCalls,
  OMISSION_CODES,
  recommendPolicy,
  replayPolicy,
} from '@ttp/spl';
import { vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

let count = 0;

/** A call that went through; without `request` no call map was in force. */
function seen(tool: string, input: JsonObject, more: Partial<Observation> = {}): Observation {
  const { server = 'files' } = more;
  return {
    id: `call-${count++}`,
    server,
    tool,
    input,
    request: {
      action: 'call',
      resource: `mcp:${server}/${tool}`,
      now: 1_700_000_000_000 + count,
      engine: { identityVerified: true, 'request.rate': 3 },
      resolver: {},
      registry: {},
      caller: { request: input },
    },
    effect: 'deny',
    went: true,
    isSensitive: false,
    ...more,
  };
}

/** The same where a call map said what it is. */
const mapped = (
  tool: string,
  input: JsonObject,
  action: string,
  resource: string,
  registry: JsonObject = {},
) => {
  const call = seen(tool, input);
  return { ...call, request: { ...call.request, action, resource, registry } };
};

const of = (...calls: readonly Observation[]): ObservedCalls => ({ calls, unread: [] });

function draft(observed: ObservedCalls) {
  const { policy: text, callMap: map, ...rest } = recommendPolicy(observed);
  const [policy, callMap] = [loadPolicy(text), loadCallMap(map)];
  const says = (call: Observation): string =>
    replayPolicy(policy, callMap, of(call)).calls[0]?.effect ?? 'nothing';
  return { ...rest, text, map, policy, callMap, says };
}

const read = (path: string): Observation => seen('read_file', { path });
const rename = (source: string, destination: string): Observation => seen('move', { source, destination });
const move = (path: string, destination: string): Observation =>
  mapped('move', { path, destination }, 'write', `file:${path}`);
const write = (path: string): Observation => mapped('write', { path }, 'write', `file:${path}`);
const record = (id: string): Observation =>
  mapped('get', { id: `customers/${id}` }, 'read', `db:customers/${id}`);

describe('a recommendation', () => {
  it('permits what was seen, and denies every other tool, folder, action and spelling', () => {
    const { says, omissions } = draft(
      of(read('notes/a.txt'), seen('list', { path: 'notes' }), seen('time', {})),
    );
    expect(omissions).toEqual([]);
    for (const call of [
      read('notes/a.txt'),
      seen('list', { path: 'notes' }),
      seen('time', {}),
      seen('time', { zone: 'x' }),
    ])
      expect(says(call)).toBe('allow');
    for (const call of [
      read('notes/b.txt'),
      read('notes'),
      read('notes/a.txt/x'),
      read('notes/../etc/passwd'),
      read('notes/%61.txt'),
      read('/notes/a.txt'),
      read('~/notes/a.txt'),
      seen('read_file', {}),
      seen('read_file', { path: ['notes/a.txt'] }),
      seen('list', { path: 'notes/a.txt' }),
      seen('write_file', { path: 'notes/a.txt' }),
      seen('delete', { path: 'notes/a.txt' }),
      seen('time', {}, { server: 'other' }),
    ])
      expect([call.input, says(call)]).toEqual([call.input, 'deny']);
  });

  it('has a comment in each rule, no defect for the linter, and limits and identity of what was seen', () => {
    const calls = ['a', 'b', 'c', 'd'].map((name) => read(`notes/${name}.txt`));
    const { policy } = draft(of(...calls, seen('time', {})));
    expect(lintPolicy(policy)).toEqual([]);
    const { rules, requirements, defaultEffect } = policy.document;
    expect({ requirements, defaultEffect }).toEqual({
      requirements: { requireIdentityVerification: true },
      defaultEffect: 'deny',
    });
    for (const { description } of rules) expect(description).not.toBe('');
    expect(rules.find(({ id }) => id === 'call:read_file-file')?.description).toMatch(
      /^Seen 4 times on 4 resources, 2023-11-14T\S+Z to 2023-11-14T\S+Z, by read_file on files\. Opened .*: 1 folder\.$/,
    );
    expect(rules.find(({ id }) => id === 'call-mcp')?.description).toMatch(/Any arguments/);
    expect(rules[0]?.conditions).toEqual({ 'request.rate': { lte: 60 } });
  });

  it('opens a folder for three files in it, to what stands directly in it and is not hidden or secret', () => {
    const two = draft(of(read('notes/a'), read('notes/b'), read('notes/a')));
    expect(two.says(read('notes/c'))).toBe('deny');
    const { says } = draft(of(...['a', 'b', 'c'].map((name) => read(`work/notes/${name}`))));
    expect(says(read('work/notes/d'))).toBe('allow');
    for (const path of [
      'work/notes/d/e',
      'work/notes',
      'work/d',
      'work/notes/.env',
      'work/notes/.ssh/id',
      'work/notes/id_rsa',
      'work/notes/tls.pem',
      'work/notes/my-secrets.txt',
      'work/notes/passwords.csv',
      'work/notes/Passwords.csv',
      'work/notes/CREDENTIALS',
      'work/notes/Client-Secret.json',
      'work/notes/TLS.PEM',
      'work/notes/ID_RSA',
      'work/notes/api_key.txt',
      'work/notes/API-KEYS.json',
    ])
      expect([path, says(read(path))]).toEqual([path, 'deny']);
    expect(GLOB_MIN_SIBLINGS).toBe(3);
  });

  it.each([
    ['the root', ''],
    ['a system folder', 'etc/'],
    ['an absolute system folder', '/var/'],
    ['a home', 'home/ann/'],
    ['a home by another name', '/Users/ann/'],
    ['a hidden folder', 'work/.ssh/'],
    ['below a hidden folder', 'work/.config/app/'],
    ['a folder of secrets', 'work/secrets/'],
    ['a drive', 'C:/'],
    ['a system folder of a drive', 'C:/Windows/'],
  ])('never opens %s', (_, folder) => {
    const { says, omissions } = draft(of(...['a', 'b', 'c', 'd'].map((name) => read(`${folder}${name}`))));
    expect(omissions).toEqual([]);
    expect(says(read(`${folder}a`))).toBe('allow');
    expect(says(read(`${folder}e`))).toBe('deny');
  });

  it('does not open a folder in which a secret was seen, and permits that secret alone', () => {
    const { says } = draft(of(...['a', 'b', 'c', '.env'].map((name) => read(`work/${name}`))));
    expect(['.env', 'a', 'd', '.git'].map((name) => says(read(`work/${name}`)))).toEqual([
      'allow',
      'allow',
      'deny',
      'deny',
    ]);
  });

  it('opens nothing to a tool of the same name on another server', () => {
    const { says } = draft(of(read('notes/a.txt'), mapped('get', { path: 'x/a' }, 'read', 'file:x/a')));
    expect(says(seen('read_file', { path: 'notes/a.txt' }))).toBe('allow');
    expect(says(seen('read_file', { path: 'notes/a.txt' }, { server: 'other' }))).toBe('deny');
    expect(says(seen('get', { path: 'x/a' }, { server: 'other' }))).toBe('deny');
  });

  it('takes hosts as they are, and tools of a server one by one', () => {
    const fetch = (url: string): Observation => seen('fetch', { url });
    const { says } = draft(of(...['a', 'b', 'c'].map((name) => fetch(`https://api.example.com/v1/${name}`))));
    expect(says(fetch('https://api.example.com/v1/d'))).toBe('allow');
    for (const url of [
      'https://api.example.com/v2/d',
      'https://evil.example.com/v1/a',
      'http://api.example.com/v1/a',
      'https://api.example.com.evil.org/v1/a',
    ])
      expect(says(fetch(url))).toBe('deny');
    const hosts = draft(of(...['a', 'b', 'c'].map((name) => fetch(`https://${name}.example.com`))));
    expect(hosts.says(fetch('https://d.example.com'))).toBe('deny');
    const roots = draft(of(...['a', 'b', 'c'].map((name) => fetch(`https://api.example.com/${name}`))));
    expect(roots.says(fetch('https://api.example.com/c'))).toBe('allow');
    expect(roots.says(fetch('https://api.example.com/admin'))).toBe('deny');
    const tools = draft(of(...['t1', 't2', 't3'].map((tool) => seen(tool, {}))));
    expect(tools.says(seen('t4', {}))).toBe('deny');
  });

  it('names every record of what has no folders', () => {
    const { says } = draft(of(...['7', '8', '9'].map(record)));
    expect(['8', '10'].map(record).map(says)).toEqual(['allow', 'deny']);
  });

  it('finds a call map again from what it said: action, argument, scheme and attributes', () => {
    const registry = { dataClassification: 'internal' };
    const calls = ['a', 'b'].map((name) =>
      mapped('get', { options: { where: `x/${name}` }, why: name }, 'read', `file:x/${name}`, registry),
    );
    const fixed = mapped('clock', {}, 'read', 'system:clock');
    const { callMap, says } = draft(of(...calls, fixed));
    expect(callMap.tools.get('mcp:files/get')).toMatchObject({
      action: 'read',
      resource: { scheme: 'file', isRelative: true },
      attributes: registry,
    });
    expect(callMap.tools.get('mcp:files/clock')).toMatchObject({ action: 'read', resource: 'system:clock' });
    expect([...calls, fixed].map(says)).toEqual(['allow', 'allow', 'allow']);
  });

  it('holds every argument that said the same to what was seen: one of them may be a decoy', () => {
    const get = (target: string, path: string): Observation =>
      mapped('get', { target, path }, 'read', `file:${target}`);
    const calls = ['a', 'b', 'c'].map((name) => get(`x/${name}`, `x/${name}`));
    const { says } = draft(of(...calls));
    expect(calls.map(says)).toEqual(['allow', 'allow', 'allow']);
    expect(says(get('etc/passwd', 'x/a'))).toBe('deny');
    expect(says(get('x/a', 'etc/passwd'))).toBe('deny');
    const below = mapped('get', { path: 'x/a', options: { target: 'x/a' } }, 'read', 'file:x/a');
    expect(draft(of(below)).omissions).toMatchObject([{ code: 'SPL_OMITTED_AMBIGUOUS', calls: 1 }]);
  });

  it('admits relative paths only where all were relative', () => {
    const relative = draft(of(read('srv/a')));
    expect(relative.says(read('/srv/a'))).toBe('deny');
    const absolute = draft(of(read('/srv/a')));
    expect(absolute.says(read('/srv/a'))).toBe('allow');
    expect(
      mapCall(absolute.callMap, { server: 'files', tool: 'read_file', input: { path: '/srv/a' } }),
    ).toMatchObject({
      action: 'call:read_file',
      resource: 'file:/srv/a',
    });
  });

  it('lists every value of a second argument that names a resource, and opens no folder for it', () => {
    const calls = ['a', 'b', 'c'].map((name) => rename(`in/${name}`, `out/${name}`));
    const { says } = draft(of(...calls));
    expect(calls.map(says)).toEqual(['allow', 'allow', 'allow']);
    for (const call of [rename('in/d', 'out/a'), rename('in/a', 'etc/a'), seen('move', { source: 'in/a' })])
      expect(says(call)).toBe('deny');
  });

  it.each(['filename', 'fileName', 'file_name', 'file-name', 'newFileName', 'folderName', 'href'])(
    'knows %s as a name of a resource, however its words are joined',
    (name) => {
      const make = (value: string): Observation => seen('make', { directory: 'work', [name]: value });
      const { says } = draft(of(make('a')));
      expect([make('a'), make('../etc/cron.d/a'), make('b')].map(says)).toEqual(['allow', 'deny', 'deny']);
      expect(draft(of(seen('make', { [`${name}s`]: ['a'] }))).omissions).toMatchObject([
        { code: 'SPL_OMITTED_AMBIGUOUS' },
      ]);
    },
  );

  it('gives a tool with a second resource an action of its own, which no wider rule covers', () => {
    const { says } = draft(
      of(...['a', 'b', 'c'].map((name) => write(`work/${name}`)), move('work/a', 'work/b')),
    );
    expect(says(write('work/d'))).toBe('allow');
    expect(says(move('work/a', 'work/b'))).toBe('allow');
    expect(says(move('work/a', 'etc/passwd'))).toBe('deny');
  });

  it.each([
    ['stopped', seen('x', {}, { went: false, code: 'GUARD_KILLED' }), 'SPL_OMITTED_STOPPED'],
    ['sensitive', seen('x', { path: 'a' }, { isSensitive: true }), 'SPL_OMITTED_SENSITIVE'],
    ['a traversal', read('a/../b'), 'SPL_OMITTED_RESOURCE'],
    ['an encoded one', read('a/%2e%2e/b'), 'SPL_OMITTED_RESOURCE'],
    ['a control character', read('a\u0000b'), 'SPL_OMITTED_RESOURCE'],
    ['an empty segment', read('a//b'), 'SPL_OMITTED_RESOURCE'],
    ['too deep', read('a/'.repeat(40) + 'b'), 'SPL_OMITTED_RESOURCE'],
    ['a star', read('*'), 'SPL_OMITTED_PATTERN'],
    ['two stars', read('a/**'), 'SPL_OMITTED_PATTERN'],
    ['a glob', read('a/*.txt'), 'SPL_OMITTED_PATTERN'],
    ['a final plus', read('a/+'), 'SPL_OMITTED_PATTERN'],
    ['a plus inside', read('a/+/b'), 'SPL_OMITTED_PATTERN'],
    ['a tool that is a pattern', seen('*', {}), 'SPL_OMITTED_PATTERN'],
    ['a tool out of its server', seen('../x', {}), 'SPL_OMITTED_RESOURCE'],
    ['a reference', seen('mv', { path: 'a', dest: '{resource.x}' }), 'SPL_OMITTED_PATTERN'],
    ['several resources', seen('x', { paths: ['a', 'b'] }), 'SPL_OMITTED_AMBIGUOUS'],
    ['several by objects', seen('x', { list: [{ path: 'a' }] }), 'SPL_OMITTED_AMBIGUOUS'],
    ['one further down', seen('x', { options: { file_path: 'a' } }), 'SPL_OMITTED_AMBIGUOUS'],
  ])('leaves out %s, and says so', (_, call, code) => {
    const { omissions, permitted, says, policy } = draft(of(call, read('b')));
    expect(omissions).toEqual([{ code, target: `files/${call.tool}`, calls: 1, first: call.id }]);
    expect(Object.keys(OMISSION_CODES)).toContain(code);
    expect(permitted).toBe(1);
    expect(says({ ...call, went: true })).toBe('deny');
    expect(policy.document.rules.filter(({ effect }) => effect !== 'deny')).toHaveLength(1);
  });

  it('leaves out a tool whose call map nobody finds again', () => {
    const calls = ['a', 'b'].map((path, n) => mapped('x', { path }, 'read', `db:${n}`));
    expect(draft(of(...calls)).omissions).toMatchObject([{ code: 'SPL_OMITTED_AMBIGUOUS', calls: 2 }]);
  });

  it('leaves out a tool of two servers, and calls without arguments in the trace', () => {
    const calls = [seen('x', { path: 'a' }), seen('x', { path: 'a' }, { server: 'other' })];
    const unread = [
      { id: 'u1', went: true },
      { id: 'u2', went: false, code: 'GUARD_KILLED' },
    ];
    expect(recommendPolicy({ calls, unread }).omissions.map(({ code, calls: n }) => [code, n])).toEqual([
      ['SPL_OMITTED_SERVERS', 1],
      ['SPL_OMITTED_SERVERS', 1],
      ['SPL_OMITTED_STOPPED', 1],
      ['SPL_OMITTED_UNREAD', 1],
    ]);
  });

  it('permits nothing where nothing was seen', () => {
    const { policy, says } = draft(of());
    expect(policy.document.rules.map(({ effect }) => effect)).toEqual(['deny']);
    expect(says(read('a'))).toBe('deny');
  });

  it('gives the same bytes for the same calls, in whatever order they are', async () => {
    const calls = Array.from({ length: 40 }, (_, n) =>
      n % 3 === 0 ? seen('list', { dir: `d${n % 5}` }) : read(`n/${n}`),
    );
    const first = recommendPolicy(of(...calls));
    await withSeed('order', 10, (random) => {
      const { policy, callMap } = recommendPolicy(of(...random.shuffle(calls)));
      expect({ policy, callMap }).toEqual({ policy: first.policy, callMap: first.callMap });
    });
  });

  it('leaves out what would make it larger than a policy may be, and nothing else', () => {
    const flood = Array.from({ length: 4000 }, (_, n) => read(`etc/some-file-with-a-long-name-${n}`));
    const { omissions, permitted, says } = draft(of(...flood, seen('list', { path: 'notes' })));
    expect(omissions).toMatchObject([{ code: 'SPL_OMITTED_SIZE', calls: 4000 }]);
    expect(permitted).toBe(1);
    expect(says(seen('list', { path: 'notes' }))).toBe('allow');
    expect(says(read('etc/some-file-with-a-long-name-1'))).toBe('deny');
  });

  it.each([
    [
      'thousands of arguments that name resources',
      Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`a${n}_path`, 'x'])),
    ],
    ['a value as long as a policy', { path: 'a', dest: 'x'.repeat(60_000) }],
    ['a name that ends in half a character', { path: 'a' }],
  ])('is not kept from the rest by %s', (name, input) => {
    const tool = name.includes('half') ? `${'x'.repeat(124)}\u{1f600}` : 'hostile';
    const { policy, says } = draft(of(seen(tool, input), read('notes/a')));
    expect(says(read('notes/a'))).toBe('allow');
    expect(policy.document.rules.every(({ description = '' }) => description.isWellFormed())).toBe(true);
  });

  it('takes time linear in what it is given', () => {
    // Every call in a folder of its own: a comparison of each with each would be 10^9.
    const calls = Array.from({ length: 30_000 }, (_, n) => read(`work/${n}/x`));
    expect(draft(of(...calls)).omissions).toMatchObject([{ code: 'SPL_OMITTED_SIZE', calls: 30_000 }]);
  });
});

interface RecommendCase {
  readonly calls: readonly { readonly tool: string; readonly input: JsonObject }[];
  readonly expect: {
    readonly allow: readonly { readonly tool: string; readonly input: JsonObject }[];
    readonly deny: readonly { readonly tool: string; readonly input: JsonObject }[];
    readonly omitted: readonly string[];
  };
}

it.each(vectors<RecommendCase>('spl/recommend').map((one) => [one.name, one] as const))(
  'vector: %s',
  (_, { calls, expect: { allow, deny, omitted } }) => {
    const { says, omissions } = draft(of(...calls.map(({ tool, input }) => seen(tool, input))));
    expect(omissions.map(({ code }) => code)).toEqual(omitted);
    for (const { tool, input } of allow)
      expect([tool, input, says(seen(tool, input))]).toEqual([tool, input, 'allow']);
    for (const { tool, input } of deny)
      expect([tool, input, says(seen(tool, input))]).toEqual([tool, input, 'deny']);
  },
);

/** What a recommendation may permit, from its description alone: seen, or in a folder where three were seen. */
function mayPermit(observed: readonly Observation[], tool: string, path: string): boolean {
  const paths = new Set(
    observed.flatMap(({ tool: by, input: { path: at } }) =>
      by === tool && typeof at === 'string' ? [at] : [],
    ),
  );
  if (paths.has(path)) return true;
  const folder = path.split('/').slice(0, -1).join('/');
  const siblings = [...paths].filter((one) => one.split('/').slice(0, -1).join('/') === folder);
  const name = path.split('/').at(-1) ?? '';
  return (
    folder !== '' &&
    siblings.length >= 3 &&
    !siblings.some((one) => one.includes('*')) &&
    !name.startsWith('.')
  );
}

const NAMES = ['a', 'b', 'c', 'd', '.x', '*', '**', '+', '..', '%2f', 'etc', 'a*b', 'é', 'home', 'id_rsa'];

describe('random sessions', () => {
  it('lose no call that is not named as left out, and open nothing that the description does not', async () => {
    let [opened, lost] = [0, 0];
    await withSeed('sessions', 150, (random) => {
      const path = (): string =>
        Array.from({ length: 1 + random.int(3) }, () => random.pick(NAMES)).join('/');
      const calls = Array.from({ length: 25 }, () => seen(random.pick(['read', 'write']), { path: path() }));
      const { policy, callMap, says, omissions, permitted } = draft(of(...calls));
      const { summary } = replayPolicy(policy, callMap, of(...calls));
      const left = omissions.reduce((sum, { calls: n }) => sum + n, 0);
      expect(permitted + left).toBe(calls.length);
      expect(summary.lost).toBe(left);
      lost += left;
      for (let probe = 0; probe < 25; probe++) {
        const [tool, asked] = [random.pick(['read', 'write', 'delete']), path()];
        if (says(seen(tool, { path: asked })) !== 'allow') continue;
        opened++;
        expect([tool, asked, mayPermit(calls, tool, asked)]).toEqual([tool, asked, true]);
      }
    });
    expect(opened).toBeGreaterThan(50);
    expect(lost).toBeGreaterThan(50);
  });
});
