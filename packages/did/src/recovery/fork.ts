import type { EntryKind, KeyState } from '../key-state.js';

/** What a log that is offered is to the one known. */
export type LogVerdict = 'known' | 'longer' | 'outranks' | 'outranked' | 'fork';

/** Who speaks in the part of a log in which it departs from another one. */
type Voice = 'services' | 'owner' | 'pending' | 'recovered';

/**
 * Compares two verified logs of one identity. Two different entries at one position are duplicity where the owner
 * signed both, and freeze the identity (decision D2). A recovery is not the owner's word, so it cannot freeze: it
 * outranks services, which a thief of the key in force can sign as well; a rotation, which takes both keys, outranks
 * it while it is pending; and what is in force stays.
 */
export function compareLogs(known: KeyState, offered: KeyState): LogVerdict {
  const at = known.ids.findIndex((id, i) => id !== (offered.ids[i] ?? id));
  if (at < 0) return offered.ids.length <= known.ids.length ? 'known' : 'longer';
  const [here, there] = [voiceOf(known.kinds.slice(at)), voiceOf(offered.kinds.slice(at))];
  if (isOwners(here) && isOwners(there)) return 'fork';
  const outranks =
    (here === 'services' && !isOwners(there)) ||
    (here === 'pending' && (there === 'owner' || there === 'recovered'));
  return outranks ? 'outranks' : 'outranked';
}

const isOwners = (voice: Voice): boolean => voice === 'services' || voice === 'owner';

const VOICES: Readonly<Partial<Record<EntryKind, Voice>>> = {
  rotate: 'owner',
  deactivate: 'owner',
  'recovery-pending': 'pending',
  recovered: 'recovered',
};

/** The first entry decides that changes who owns the identity; a vetoed recovery is followed by the veto, the owner's. */
function voiceOf(kinds: readonly EntryKind[]): Voice {
  for (const kind of kinds) {
    const voice = VOICES[kind];
    if (voice !== undefined) return voice;
  }
  return 'services';
}
