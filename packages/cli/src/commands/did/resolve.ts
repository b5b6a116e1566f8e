import type { DidDocument } from '@ttp/core';
import { type KnownRevocations, type RevocationStatus, revocationStatus } from '@ttp/did';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { didOf, type Identities, type Sources, withIdentities } from './identities.js';
import { knownRevocations, type RevocationOptions } from './revocations.js';
import { documentJson, pendingText, servicesOf } from './show.js';

/** `ttp did resolve`: an identity or a name to a verified document, from wherever it can be had. */
export function run({ options, args: [text = ''], io }: Call<Sources & RevocationOptions>): Promise<Answer> {
  const did = didOf(text);
  return withIdentities(options, io, async (identities) => {
    const now = io.clock.now();
    const document = await identities.resolve(did);
    const known = await knownRevocations(options, identities.local, now);
    const ancestors = await ancestorsOf(document, identities);
    const status = revocationStatus({ did: document.id, ancestors }, known.known, now);
    const pending = document.id.startsWith('did:ttp:')
      ? await identities.local.pendingRecovery(document.id)
      : undefined;
    return answerOf({ asked: text, document, status, ignored: known.ignored, pending });
  });
}

async function ancestorsOf(
  { id }: DidDocument,
  { local }: Identities,
): ReturnType<Identities['local']['ancestors']> {
  return id.startsWith('did:ttp:') ? local.ancestors(id) : [];
}

interface Resolved {
  readonly asked: string;
  readonly document: DidDocument;
  readonly status: RevocationStatus;
  readonly ignored: KnownRevocations['ignored'];
  readonly pending: Awaited<ReturnType<Identities['local']['pendingRecovery']>>;
}

function answerOf({ asked, document, status, ignored, pending }: Resolved): Answer {
  const { state, by, until } = status;
  const named = asked === document.id ? {} : { name: asked };
  return {
    exit: state === 'good' ? EXIT.ok : EXIT.no,
    json: {
      did: document.id,
      ...named,
      state,
      ...(until === undefined ? {} : { until }),
      by: by.map((revocation) => ({ ...revocation })),
      ignored: ignored.map((one) => ({ ...one })),
      ...(pending === undefined ? {} : { pendingRecovery: { ...pending } }),
      document: documentJson(document),
    },
    text: ({ good, bad, width }) =>
      [
        `${document.id}  ${state === 'good' ? good('verified') : bad(state.toUpperCase())}`,
        ...(asked === document.id ? [] : [`asked for ${visible(asked)}`]),
        ...by.map(
          ({ id, tier, severity, reason, from }) =>
            `${bad('revoked')}  ${severity}, by ${tier}, from ${timeText(from)}: ${visible(reason)}  ${id}`,
        ),
        ...(until === undefined ? [] : [`may change ${timeText(until)}`]),
        ...ignored.map(({ index, code }) => `ignored statement ${index + 1}: ${code}`),
        ...pendingText(pending, bad),
        '',
        table(
          ['key', 'public key'],
          document.verificationMethod.map(({ id, publicKeyMultibase }) => [
            visible(id.slice(document.id.length)),
            publicKeyMultibase,
          ]),
          width,
        ),
        ...servicesOf(document, width),
      ].join('\n'),
  };
}
