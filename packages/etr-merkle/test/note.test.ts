import { base64, createSigner, fromBase64 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { formatNoteKey, type NoteKey, parseNote, parseNoteKey, signNote, verifyNote } from '../src/index.js';
import { logKey } from './fixture.js';

const signer = logKey();
const key: NoteKey = { name: 'example.com/log', publicKey: signer.publicKey };
const note = await signNote('a text\n\nwith a blank line\n', key.name, signer);
const other = logKey(2);

/** The note with its signature line replaced. */
const withLine = (line: string): string => note.slice(0, note.lastIndexOf('\n\n') + 2) + line;
const line = note.slice(note.lastIndexOf('\n\n') + 2);

describe('a signed note', () => {
  it('is its text, a blank line and a signature line', () => {
    proves('etr-merkle.sth.signed');
    expect(note).toMatch(/^a text\n\nwith a blank line\n\n\u2014 example\.com\/log [A-Za-z0-9+/]+=*\n$/);
    expect(verifyNote(note, [key])).toEqual({ text: 'a text\n\nwith a blank line\n', signers: [key] });
  });

  it('is refused when it is in no form a note can have', () => {
    const malformed = [
      '',
      'a text\n',
      'a text\n\n',
      note.slice(0, -1),
      note.replace('a text', 'a\u0000text'),
      note.replace('a text', 'a\rtext'),
      note.replace('a text', 'a\ud800text'),
      `${note}\n`,
      withLine(line.replace('\u2014', '-')),
      withLine(line.replace('example.com/log', 'example.com/ log')),
      withLine(line.replace('example.com/log', 'example.com/l+g')),
      withLine(line.replace(' example.com/log', ' ')),
      withLine(line.replace('\n', ' surplus\n')),
      withLine(`\u2014 ${key.name} AAAAAA==\n`),
      withLine(line.replace('=\n', '\n')),
      withLine(line.repeat(65)),
      `${'x'.repeat(1_048_576)}\n\n${line}`,
    ];
    for (const text of malformed)
      expect([text, codeThrownBy(() => parseNote(text))]).toEqual([text, 'ETR_BAD_NOTE']);
  });

  it('is not believed without a signature of a trusted key', () => {
    const stranger = { name: key.name, publicKey: other.publicKey };
    for (const keys of [[], [stranger], [{ ...key, name: 'example.com/other' }]])
      expect(codeThrownBy(() => verifyNote(note, keys))).toBe('ETR_NOTE_UNTRUSTED');
  });

  it('is rejected when a trusted signature does not verify, though others do', async () => {
    const second = { name: 'example.com/second', publicKey: other.publicKey };
    const both =
      note + (await signNote('a text\n\nwith a blank line\n', second.name, other)).split('\n\n').at(-1);
    expect(verifyNote(both, [key, second]).signers).toEqual([key, second]);
    expect(verifyNote(both, [second]).signers).toEqual([second]);
    const altered = both.replace('a text', 'A text');
    expect(codeThrownBy(() => verifyNote(altered, [second]))).toBe('ETR_NOTE_SIGNATURE');
    const bytes = fromBase64(line.trim().split(' ')[2] ?? '');
    const short = withLine(`\u2014 ${key.name} ${base64(bytes.slice(0, 40))}\n`);
    expect(codeThrownBy(() => verifyNote(short, [key]))).toBe('ETR_NOTE_SIGNATURE');
  });

  it('counts a key once however often it signed', () => {
    expect(verifyNote(withLine(line.repeat(3)), [key]).signers).toEqual([key]);
  });

  it('is signed by a key that carries the purpose, under a name that a key can have', async () => {
    const identity = createSigner({
      seed: new Uint8Array(32).fill(1),
      kid: signer.kid,
      purposes: ['ttp/policy@1'],
    });
    expect(await codeRejectedBy(signNote('a\n', key.name, identity))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
    expect(await codeRejectedBy(signNote('a\n', 'two words', signer))).toBe('ETR_BAD_NOTE');
    expect(await codeRejectedBy(signNote('no newline', key.name, signer))).toBe('CRYPTO_PURPOSE_FORMAT');
  });
});

describe('a key of notes', () => {
  it('is read from the form it is written in', () => {
    expect(parseNoteKey(formatNoteKey(key))).toEqual(key);
  });

  it('is refused when name, id or key is not what it should be', () => {
    const text = formatNoteKey(key);
    const [name, id, encoded] = text.split('+', 3);
    const wrong = [
      '',
      name ?? '',
      `${name}+${id}`,
      `${name}+00000000+${encoded}`,
      text.slice(0, -4),
      `x${text}`,
    ];
    for (const bad of [...wrong, text.replace('+A', '+B'), text.replace('/log', '/ log')])
      expect([bad, codeThrownBy(() => parseNoteKey(bad))]).toEqual([bad, 'ETR_BAD_NOTE']);
    const weak = formatNoteKey({
      name: 'example.com',
      publicKey: new Uint8Array(32).fill(0, 1).fill(1, 0, 1),
    });
    expect(codeThrownBy(() => parseNoteKey(weak))).toBe('CRYPTO_WEAK_KEY');
  });
});
