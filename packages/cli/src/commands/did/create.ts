import type { DidType } from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { writeNewIdentity } from '../../files/new-identity.js';
import { type RecoveryOptions, recoveryOf } from '../../files/recovery-options.js';
import { openSigner } from '../../files/signer-file.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

export interface CreateOptions extends RecoveryOptions {
  readonly out: string;
  readonly type: DidType;
  readonly store?: string;
  readonly parent?: string;
}

/** `ttp did create`: a new identity. */
export async function run({ options, io }: Call<CreateOptions>): Promise<Answer> {
  const { out, type, store, parent } = options;
  const asked = passphrases(io);
  const recovery = await recoveryOf(options);
  const files = {
    out,
    type,
    ...(store === undefined ? {} : { store }),
    ...(recovery === undefined ? {} : { recovery }),
    ...(parent === undefined
      ? {}
      : { parent: () => openSigner(parent, { field: 'parent', passphrases: asked, clock: io.clock }) }),
  };
  const { did, nextOut } = await writeNewIdentity(
    files,
    () => asked.get('the new identity', { isNew: true }),
    io,
  );
  return {
    exit: EXIT.ok,
    json: {
      did,
      identity: out,
      nextKey: nextOut,
      ...(store === undefined ? {} : { store }),
      ...(recovery === undefined ? {} : { recovery: { ...recovery } }),
    },
    text: () =>
      [
        did,
        `identity  ${out}`,
        `next key  ${nextOut} (for the next rotation: keep it somewhere else)`,
        store === undefined
          ? 'store     none: run keygen with --store, or the agent counts as killed where it runs'
          : `store     ${store} (kill record created, alive)`,
        ...(recovery?.backup === undefined
          ? []
          : ['backup    committed to: keep its key where neither of these is']),
        ...(recovery?.guardians === undefined
          ? []
          : [`guardians ${recovery.atLeast ?? 0} of ${recovery.guardians.length} can recover it`]),
      ].join('\n'),
  };
}
