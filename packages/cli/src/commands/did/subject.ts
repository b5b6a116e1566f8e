import { asDid, type Did, type DidDocument, type Envelope } from '@ttp/core';
import { didKeyDocument, documentOf, parseDid, storeResolver } from '@ttp/did';
import { inFile } from '../../files/files.js';
import { readKeyLog } from '../../files/identity-file.js';
import { HintedError } from '../../hints.js';
import { withStore } from '../../store.js';

/** A verified document, and what it was derived from. */
export interface Subject {
  readonly document: DidDocument;
  /** Absent where the identifier is the key itself, or a storage answered. */
  readonly keyLog?: readonly Envelope[];
}

/**
 * Finds and verifies an identity: a did:key by itself, a did:ttp in a storage, anything else as a file with a key log.
 *
 * @throws DID_*, CLI_IDENTITY_FILE, CLI_FILE_*, CLI_USAGE for a did:ttp without a storage
 */
export async function subjectOf(text: string, store: string | undefined): Promise<Subject> {
  if (!text.startsWith('did:')) {
    const keyLog = await readKeyLog(text, 'identity');
    return { document: inFile(text, 'identity', () => documentOf(keyLog)), keyLog };
  }
  const did = didOf(text);
  if (did.startsWith('did:key:')) return { document: didKeyDocument(did) };
  if (store === undefined)
    throw new HintedError(
      'CLI_USAGE',
      'a DID says nothing without its key log',
      'the identity file or key log instead, or --store with a storage that knows it',
      'identity',
    );
  return { document: await withStore(store, (storage) => storeResolver(storage.store).resolve(did)) };
}

function didOf(text: string): Did {
  parseDid(text);
  return asDid(text);
}
