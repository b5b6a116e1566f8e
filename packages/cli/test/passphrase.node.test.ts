import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { PASSPHRASE_MIN_CHARACTERS } from '../src/limits.js';
import { passphrases } from '../src/passphrase.js';
import { type TestIo, testIo } from './harness.js';

function terminal(): TestIo & { readonly raw: boolean[] } {
  const raw: boolean[] = [];
  const io = testIo({});
  io.stdin.isTTY = true;
  Object.assign(io.stdin, { setRawMode: (on: boolean) => raw.push(on) });
  return Object.assign(io, { raw });
}

const given = (text: string) => passphrases(testIo({ TTP_PASSPHRASE: text }));

describe('passphrases', () => {
  it('come from the variable, which is gone from the environment at once', async () => {
    const io = testIo({ TTP_PASSPHRASE: 'long enough!', PATH: '/bin' });
    const from = passphrases(io);
    expect(io.env).toEqual({ PATH: '/bin' });
    expect(await from.get('a key')).toBe('long enough!');
    expect(await from.get('another key', { isNew: true })).toBe('long enough!');
  });

  it('are asked for at a terminal, unseen, on standard error', async () => {
    const io = terminal();
    const asked = passphrases(io).get('a key');
    io.stdin.write('pass');
    io.stdin.write('wortx\u007fé\r');
    expect(await asked).toBe('passworté');
    expect(io.raw).toEqual([true, false]);
    expect(String(io.stderr.read())).toBe('Passphrase of a key: \n');
    expect(io.stdout.read()).toBeNull();
  });

  it('are typed twice where they are new', async () => {
    const io = terminal();
    io.stdin.write('the first of two\nthe first of two\n');
    expect(await passphrases(io).get('a key', { isNew: true })).toBe('the first of two');
    const other = terminal();
    other.stdin.write('the first of two\nthe second of two\n');
    expect(await codeRejectedBy(passphrases(other).get('a key', { isNew: true }))).toBe(
      'CLI_PASSPHRASE_MISMATCH',
    );
  });

  it('are long where they are new, counted in characters; an old one opens what it opens', async () => {
    const long = '\u{1f511}'.repeat(PASSPHRASE_MIN_CHARACTERS);
    const short = '\u{1f511}'.repeat(PASSPHRASE_MIN_CHARACTERS - 1);
    expect(await given(long).get('a key', { isNew: true })).toBe(long);
    await expect(given(short).get('a key', { isNew: true })).rejects.toMatchObject({
      code: 'CLI_PASSPHRASE_SHORT',
      field: 'TTP_PASSPHRASE',
      message: expect.stringContaining('choose at least 12 characters'),
    });
    expect(await given(short).get('a key')).toBe(short);
  });

  it('are refused for being short before they are typed again', async () => {
    const io = terminal();
    io.stdin.write('short\n');
    expect(await codeRejectedBy(passphrases(io).get('a key', { isNew: true }))).toBe('CLI_PASSPHRASE_SHORT');
    expect(String(io.stderr.read())).toBe('Passphrase of a key: \n');
  });

  it('keep a character that comes in two parts', async () => {
    const io = terminal();
    const asked = passphrases(io).get('a key');
    const [lead, trail] = Buffer.from('é');
    io.stdin.write(Buffer.from([lead ?? 0]));
    io.stdin.write(Buffer.from([trail ?? 0, 0x0d]));
    expect(await asked).toBe('é');
  });

  it.each([['\u0003'], ['\u0004']])('%j gives up and restores the terminal', async (key) => {
    const io = terminal();
    io.stdin.write(`half${key}`);
    expect(await codeRejectedBy(passphrases(io).get('a key'))).toBe('CLI_PASSPHRASE_ABORTED');
    expect(io.raw).toEqual([true, false]);
  });

  it('end with the input', async () => {
    const io = terminal();
    io.stdin.end('half');
    expect(await codeRejectedBy(passphrases(io).get('a key'))).toBe('CLI_PASSPHRASE_ABORTED');
  });

  it('are missing where nobody can be asked', async () => {
    expect(await codeRejectedBy(passphrases(testIo({})).get('a key'))).toBe('CLI_PASSPHRASE_MISSING');
    expect(await codeRejectedBy(passphrases(testIo({ TTP_PASSPHRASE: '' })).get('a key'))).toBe(
      'CLI_PASSPHRASE_MISSING',
    );
    const change = passphrases(testIo({}), { variable: 'TTP_NEW_PASSPHRASE' }).get('a key');
    await expect(change).rejects.toMatchObject({
      hint: 'TTP_NEW_PASSPHRASE in the environment, or a terminal',
    });
    const served = passphrases(terminal(), { isInteractive: false });
    expect(await codeRejectedBy(served.get('a key'))).toBe('CLI_PASSPHRASE_MISSING');
  });
});
