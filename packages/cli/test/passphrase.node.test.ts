import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { passphrases } from '../src/passphrase.js';
import { type TestIo, testIo } from './harness.js';

function terminal(): TestIo & { readonly raw: boolean[] } {
  const raw: boolean[] = [];
  const io = testIo({});
  io.stdin.isTTY = true;
  Object.assign(io.stdin, { setRawMode: (on: boolean) => raw.push(on) });
  return Object.assign(io, { raw });
}

describe('passphrases', () => {
  it('come from the variable, which is gone from the environment at once', async () => {
    const io = testIo({ TTP_PASSPHRASE: 'secret', PATH: '/bin' });
    const from = passphrases(io);
    expect(io.env).toEqual({ PATH: '/bin' });
    expect(await from.get('a key')).toBe('secret');
    expect(await from.get('another key', { confirm: true })).toBe('secret');
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
    io.stdin.write('one\none\n');
    expect(await passphrases(io).get('a key', { confirm: true })).toBe('one');
    const other = terminal();
    other.stdin.write('one\ntwo\n');
    expect(await codeRejectedBy(passphrases(other).get('a key', { confirm: true }))).toBe(
      'CLI_PASSPHRASE_MISMATCH',
    );
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
    const served = passphrases(terminal(), { isInteractive: false });
    expect(await codeRejectedBy(served.get('a key'))).toBe('CLI_PASSPHRASE_MISSING');
  });
});
