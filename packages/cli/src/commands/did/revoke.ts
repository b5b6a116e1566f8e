import { type Did, type Envelope, type Hash, isHash, type JsonObject } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import {
  parseDid,
  REVOCATION_EXPIRY_MS,
  type RevocationBody,
  type RevocationSeverity,
  type RevocationTier,
  signRevocation,
  signRuling,
  signStatusList,
} from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { type FileSigner, openSigner } from '../../files/signer-file.js';
import { formatStatement, mergeStatements, readStatement, signFurther } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { didOf } from './identities.js';

interface RevokeOptions {
  readonly out: string;
  readonly severity: RevocationSeverity;
  readonly cause: RevocationBody['cause'];
  readonly reason?: string;
  readonly tier?: RevocationTier;
  readonly until?: number;
  readonly since?: number;
  readonly lift?: string;
  readonly list?: boolean;
  readonly serial: number;
  readonly days: number;
  readonly statement: readonly string[];
  readonly sign: readonly string[];
}

export const REVOCATION_TYPE = 'ttp/revocation@1';
export const RULING_TYPE = 'ttp/revocation-ruling@1';
export const STATUS_LIST_TYPE = 'ttp/status-list@1';
const DAY_MS = 86_400_000;

/** `ttp did revoke`: a statement that something is revoked, or no longer, or a list of such statements. */
export async function run({ options, args: [subject], io }: Call<RevokeOptions>): Promise<Answer> {
  await requireAbsent(options.out, 'out');
  const copies = await Promise.all(
    options.statement.map((file) => readStatement(file, [REVOCATION_TYPE, RULING_TYPE])),
  );
  const signers = await signersOf(options.sign, io);
  const statement = await statementOf(subject, copies, signers, options, io);
  await writeNew(options.out, formatStatement(statement), 'out');
  return answerOf(statement, options.out);
}

async function signersOf(files: readonly string[], io: Io): Promise<readonly FileSigner[]> {
  const asked = passphrases(io);
  const signers: FileSigner[] = [];
  // One after the other: they may be asked for at a terminal.
  for (const file of files)
    signers.push(await openSigner(file, { field: 'sign', passphrases: asked, clock: io.clock }));
  return signers;
}

async function statementOf(
  subject: string | undefined,
  copies: readonly Envelope[],
  signers: readonly FileSigner[],
  options: RevokeOptions,
  { clock }: Io,
): Promise<Envelope> {
  const { list = false, lift, reason } = options;
  const keys = signers.map(({ signer }) => signer);
  if (!list && subject === undefined && lift === undefined) {
    if (copies.length > 0) return signFurther(mergeStatements(copies), keys);
    throw usage(
      'nothing to state',
      'a DID to revoke, --lift <id>, --list, or --statement <file> to sign',
      'subject',
    );
  }
  const [first] = signers;
  if (first === undefined) throw usage('nobody signs', '--sign <file> with an identity or a key', 'sign');
  const by = { issuer: first.did, signers: keys, clock };
  if (list) {
    const { serial, days } = options;
    return signStatusList({
      issuer: first.did,
      signer: first.signer,
      serial,
      nextUpdate: clock.now() + days * DAY_MS,
      statements: copies,
      clock,
    });
  }
  if (copies.length > 0)
    throw usage('a new statement, and one that is signed further', 'one of the two', 'statement');
  if (reason === undefined) throw usage('a revocation has a reason', '--reason "..."', 'reason');
  if (lift !== undefined) {
    if (!isHash(lift))
      throw usage(`${lift} is no id`, 'the id that ttp did revoke printed: sha256:...', 'lift');
    return signRuling({ revocation: lift, reason }, by);
  }
  return signRevocation(bodyOf(subject ?? '', first.did, reason, options), by);
}

function bodyOf(
  text: string,
  issuer: Did,
  reason: string,
  { severity, cause, tier, until, since }: RevokeOptions,
): Omit<RevocationBody, 'v'> {
  const subject: Did | Hash = isHash(text) ? text : didOf(text);
  return {
    subject,
    tier: tier ?? tierOf(issuer, subject),
    severity,
    cause,
    reason,
    ...(until === undefined ? {} : { until }),
    ...(since === undefined ? {} : { since }),
  };
}

/** By which authority somebody most likely revokes; readers judge whether he has it. */
function tierOf(issuer: Did, subject: Did | Hash): RevocationTier {
  if (issuer === subject || isHash(subject)) return 'self';
  const parsed = parseDid(issuer);
  return parsed.method === 'ttp' && parsed.type === 'publisher' ? 'publisher' : 'authority';
}

function answerOf(statement: Envelope, out: string): Answer {
  const { head, body, sigs, type } = statement;
  const signedBy = sigs.map(({ kid }) => kid);
  const id = envelopeId(statement);
  const said: JsonObject = { statement: out, id, type, issuer: head.iss, ...body };
  const until = endOf(statement);
  return {
    exit: EXIT.ok,
    json: { ...said, ...(until === undefined ? {} : { until }), signedBy },
    text: () =>
      [
        id,
        `statement  ${out}`,
        ...(type === REVOCATION_TYPE
          ? [
              `revokes    ${text(body['subject'])}`,
              `by         ${text(body['tier'])}, ${text(body['severity'])}, ${text(body['cause'])}`,
            ]
          : []),
        ...(type === RULING_TYPE ? [`lifts      ${text(body['revocation'])}`] : []),
        ...(type === STATUS_LIST_TYPE ? [`serial     ${text(body['serial'])}`] : []),
        ...(until === undefined ? [] : [`until      ${timeText(until)}`]),
        `signed by  ${signedBy.join(', ')}`,
      ].join('\n'),
  };
}

/** When a statement ends by itself, ms. */
function endOf({ type, head, body }: Envelope): number | undefined {
  if (type === STATUS_LIST_TYPE) return numberIn(body['nextUpdate']);
  if (type !== REVOCATION_TYPE || body['cause'] === 'key_compromise') return undefined;
  const { severity } = body;
  const life = isSeverity(severity) ? REVOCATION_EXPIRY_MS[severity] : undefined;
  return numberIn(body['until']) ?? (life === undefined ? undefined : head.iat + life);
}

const isSeverity = (value: unknown): value is RevocationSeverity =>
  typeof value === 'string' && Object.hasOwn(REVOCATION_EXPIRY_MS, value);
const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : '';

const usage = (message: string, hint: string, field: string): HintedError =>
  new HintedError('CLI_USAGE', message, hint, field);
