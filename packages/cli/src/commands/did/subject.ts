import type { DidDocument, Envelope } from '@ttp/core';
import { didKeyDocument } from '@ttp/did';
import { inFileLater } from '../../files/files.js';
import { readKeyLogs } from '../../files/identity-file.js';
import { type Standing, standingOf } from '../../files/standing.js';
import { HintedError } from '../../hints.js';
import type { Io } from '../../io.js';
import { didOf, withIdentities } from './identities.js';

/** Where a subject is looked for besides its file. */
export interface SubjectSources {
  readonly store?: string;
  readonly with: readonly string[];
}

/** A verified document, and what it was derived from. */
export interface Subject {
  readonly document: DidDocument;
  /** Absent where the identifier is the key itself, or a storage answered. */
  readonly keyLog?: readonly Envelope[];
  readonly pending?: Standing['pending'];
}

/**
 * Finds and verifies an identity: a did:key by itself, a did:ttp in a storage, anything else as a file with a key log.
 *
 * @throws DID_*, CLI_IDENTITY_FILE, CLI_FILE_*, CLI_USAGE for a did:ttp without a storage
 */
export async function subjectOf(text: string, sources: SubjectSources, io: Io): Promise<Subject> {
  if (!text.startsWith('did:')) {
    const { keyLog, related } = await readKeyLogs(text, 'identity');
    const others = await Promise.all(sources.with.map((file) => readKeyLogs(file, 'with')));
    const all = [...others.flatMap((one) => [...one.related, one.keyLog]), ...related];
    return inFileLater(text, 'identity', async () => {
      const { document, pending } = await standingOf({ keyLog, related: all }, io.clock);
      return { document, keyLog, ...(pending === undefined ? {} : { pending }) };
    });
  }
  const did = didOf(text);
  if (did.startsWith('did:key:')) return { document: didKeyDocument(did) };
  if (sources.store === undefined && sources.with.length === 0)
    throw new HintedError(
      'CLI_USAGE',
      'a DID says nothing without its key log',
      'the identity file or key log instead, or --store with a storage that knows it; ttp did resolve looks further',
      'identity',
    );
  return withIdentities(sources, io, async ({ local }) => {
    const document = await local.resolve(did);
    const pending = await local.pendingRecovery(did);
    return { document, ...(pending === undefined ? {} : { pending }) };
  });
}
