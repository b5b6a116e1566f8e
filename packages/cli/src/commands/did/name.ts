import { type Did, type Envelope, type Hash, isHash, isTtpError } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { type NameAuthority, type NameBinding, resolveName, signNameClaim } from '@ttp/did';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { type FileSigner, openSigner } from '../../files/signer-file.js';
import { formatStatement, mergeStatements, readStatement, signFurther } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { didOf, type Identities, type Sources, withIdentities } from './identities.js';

interface NameOptions extends Sources {
  readonly claim?: string;
  readonly authority?: string;
  readonly prev?: string;
  readonly statement: readonly string[];
  readonly sign: readonly string[];
  readonly out?: string;
  readonly register?: boolean;
}

const NAME_CLAIM_TYPE = 'ttp/name-claim@1';

/** `ttp did name`: whose a name is, and how somebody gets one. */
export async function run({ options, args: [name], io }: Call<NameOptions>): Promise<Answer> {
  const { claim, statement, register = false } = options;
  if (register) return registered(options, io);
  if (claim !== undefined || statement.length > 0) return claimed(name, options, io);
  if (name === undefined) throw usage('no name', 'did:tessorium:agent:<identifier>:v1', 'name');
  return withIdentities(options, io, (identities) => looked(name, identities));
}

/** Whose a name is now, and was before. */
async function looked(name: string, identities: Identities): Promise<Answer> {
  const { registry, register, local } = identities;
  if (registry === undefined)
    throw usage('a name is looked up in a registry', '--registry <file or https://...>', 'registry');
  const { did, claim, prev, index } = await resolveName(name, { registry, resolver: local });
  const history = (await register?.history(name)) ?? [];
  return {
    exit: EXIT.ok,
    json: {
      name,
      did,
      claim,
      index: `${index}`,
      ...(prev === undefined ? {} : { prev }),
      history: history.map(bindingJson),
    },
    text: ({ width }) =>
      [
        `${visible(name)}  ${did}`,
        `claim  ${claim}`,
        ...(history.length < 2 ? [] : ['', table(['claim', 'time', 'did'], history.map(bindingRow), width)]),
      ].join('\n'),
  };
}

const bindingJson = ({ did, id, index, at }: NameBinding) => ({ did, claim: id, index: `${index}`, at });
const bindingRow = ({ did, index, at }: NameBinding): readonly string[] => [`${index}`, timeText(at), did];

/** A claim that is made, or signed further. */
async function claimed(name: string | undefined, options: NameOptions, io: Io): Promise<Answer> {
  const { claim, statement, sign, out } = options;
  if (out === undefined) throw usage('a claim goes into a file', '--out <file>', 'out');
  await requireAbsent(out, 'out');
  if (claim !== undefined && statement.length > 0)
    throw usage('a new claim, and one that is signed further', 'one of the two', 'statement');
  const asked = passphrases(io);
  const open = (file: string, field: string): Promise<FileSigner> =>
    openSigner(file, { field, passphrases: asked, clock: io.clock });
  const holder = claim === undefined ? undefined : await open(claim, 'claim');
  const others: FileSigner[] = [];
  for (const file of sign) others.push(await open(file, 'sign'));
  const signers = others.map(({ signer }) => signer);
  const signed =
    holder === undefined
      ? await signFurther(mergeStatements(await copiesOf(statement)), signers)
      : await signNameClaim(
          {
            name: name ?? '',
            did: holder.did,
            authority: authorityOf(options.authority, others, holder.did),
            ...prevOf(options.prev),
          },
          { signers: [holder.signer, ...signers], clock: io.clock },
        );
  await writeNew(out, formatStatement(signed), 'out');
  return claimAnswer(signed, out);
}

const copiesOf = (files: readonly string[]): Promise<readonly Envelope[]> =>
  Promise.all(files.map((file) => readStatement(file, [NAME_CLAIM_TYPE])));

/** Who answers for the claim: a domain, a publisher, or the operator of the registry. */
function authorityOf(text: string | undefined, others: readonly FileSigner[], holder: Did): NameAuthority {
  if (text !== undefined && !text.includes(':')) return { kind: 'domain', domain: text };
  const did = text === undefined ? others[0]?.did : didOf(text);
  if (did === undefined)
    throw usage(
      'somebody has to answer for a claim',
      '--authority <did of the operator or publisher, or domain>, or --sign <their file>',
      'authority',
    );
  return did.startsWith('did:ttp:publisher:') && did !== holder
    ? { kind: 'publisher', did }
    : { kind: 'operator', did };
}

function prevOf(prev: string | undefined): { readonly prev?: Hash } {
  if (prev === undefined) return {};
  if (isHash(prev)) return { prev };
  throw usage(`${prev} is no claim`, 'the claim that ttp did name <name> shows: sha256:...', 'prev');
}

/** A claim that a registry takes. */
async function registered(options: NameOptions, io: Io): Promise<Answer> {
  const claim = mergeStatements(await copiesOf(options.statement));
  return withIdentities(options, io, async ({ register }) => {
    if (register === undefined)
      throw usage('only a registry in a storage takes claims', '--registry <file>', 'registry');
    try {
      const binding = await register.claim(claim);
      const { name, did } = binding;
      return {
        exit: EXIT.ok,
        json: { registered: true, name, ...bindingJson(binding) },
        text: ({ good }) => `${good('registered')}  ${visible(name)}  ${did}`,
      };
    } catch (error) {
      // Whether the name is his is what was asked.
      if (!isTtpError(error) || !/^(?:DID_NAME_|DID_BAD_CLAIM|CRYPTO_ENVELOPE_)/.test(error.code))
        throw error;
      const { code, message } = error;
      return {
        exit: EXIT.no,
        json: { registered: false, code, message },
        text: ({ bad }) => `${bad('NOT REGISTERED')}: ${visible(message)} [${code}]`,
      };
    }
  });
}

function claimAnswer(claim: Envelope, out: string): Answer {
  const { body, sigs } = claim;
  const signedBy = sigs.map(({ kid }) => kid);
  return {
    exit: EXIT.ok,
    json: { statement: out, id: envelopeId(claim), ...body, signedBy },
    text: () => `${envelopeId(claim)}\nstatement  ${out}\nsigned by  ${signedBy.join(', ')}`,
  };
}

const usage = (message: string, hint: string, field: string): HintedError =>
  new HintedError('CLI_USAGE', message, hint, field);
