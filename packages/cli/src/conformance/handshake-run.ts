import { type DidDocument, type JsonObject, TtpError } from '@ttp/core';
import {
  createSigner,
  fromUtf8,
  hex,
  IDENTITY_PURPOSES,
  keyPairOf,
  SEED_BYTES,
  sealAead,
  utf8,
} from '@ttp/crypto';
import {
  didKey,
  didKeyDocument,
  type Established,
  type HandshakeOut,
  openSession,
  type SessionState,
  sessionMachine,
} from '@ttp/did';
import { type Arguments, badArgument, bytes, hexBytes, integer, object, text, time } from './arguments.js';
import { begin, eventOf, type Run } from './handshake.js';
import { listAt, textAt } from './identity-arguments.js';

/** One side of a whole handshake, and what came out of it. */
interface Player {
  readonly seed: Uint8Array;
  readonly document: DidDocument;
  readonly side: JsonObject;
  readonly sent: Uint8Array[];
  established: Established | undefined;
}

/**
 * A whole handshake of two outsiders whose keys, nonces and times are given, so that it comes out the same everywhere:
 * its messages, the keys it leaves behind, and the records of what is said afterwards. `message` stands in for the
 * `at`th message, to see it refused.
 *
 * @throws CONFORMANCE_BAD_REQUEST, and the code that the handshake is refused with
 */
export async function playHandshake(args: Arguments): Promise<JsonObject> {
  const binding = text(args, 'binding');
  hexBytes(binding, 'binding');
  const [a, b] = [playerOf(args, 'initiator', binding), playerOf(args, 'responder', binding)];
  const wall = time(args, 'wall');
  const instead = args.get('message') === undefined ? undefined : utf8(text(args, 'message'));
  const at = instead === undefined ? 0 : integer(args, 'at');
  const through = (n: number, message: Uint8Array | undefined): string =>
    hex(n === at && instead !== undefined ? instead : (message ?? new Uint8Array()));
  const clock = { now: 0, wall };
  const peers = [a.document, b.document];

  let initiator = await perform(
    a,
    begin({ type: 'start', side: a.side, peer: plain(b.document), ...clock }),
    peers,
    wall,
  );
  let responder = await perform(
    b,
    begin({ type: 'init', side: b.side, bytes: through(1, a.sent[0]), ...clock }),
    peers,
    wall,
  );
  const heard = async (player: Player, run: Run, message: string): Promise<Run> =>
    perform(player, run.step(eventOf({ type: 'message', bytes: message, ...clock })), peers, wall);
  initiator = await heard(a, initiator, through(2, b.sent[0]));
  if (a.sent[1] !== undefined) responder = await heard(b, responder, through(3, a.sent[1]));
  if (b.sent[1] !== undefined) initiator = await heard(a, initiator, through(4, b.sent[1]));

  for (const { state } of [responder, initiator])
    if (state.at === 'failed') throw new TtpError(state.code, 'the handshake was refused');
  const [left, right] = [a.established, b.established];
  if (left === undefined || right === undefined)
    throw new TtpError('DID_HANDSHAKE_CLOSED', 'a message did not come');
  const says = object(args, 'says');
  return {
    init: said(a, 0),
    challengeResponse: said(b, 0),
    response: said(a, 1),
    complete: said(b, 1),
    transcript: left.transcript,
    session: right.session,
    initiatorKey: hex(left.sendKey),
    responderKey: hex(right.sendKey),
    records: {
      initiator: await recordsOf(openSession(left, 0), listAt(says['initiator'], 'says', textAt)),
      responder: await recordsOf(openSession(right, 0), listAt(says['responder'], 'says', textAt)),
    },
  };
}

const said = ({ sent }: Player, n: number): string => fromUtf8(sent[n] ?? new Uint8Array());

const plain = (document: DidDocument): JsonObject => ({
  id: document.id,
  verificationMethod: document.verificationMethod.map((method) => ({ ...method })),
  authentication: document.authentication,
});

function playerOf(args: Arguments, name: 'initiator' | 'responder', binding: string): Player {
  const given = new Map<string, unknown>(Object.entries(object(args, name)));
  const seed = bytes(given, 'seed');
  if (seed.length !== SEED_BYTES) return badArgument(`${name}.seed`);
  const { publicKey } = keyPairOf(seed);
  const document = didKeyDocument(didKey(publicKey));
  const side = {
    did: document.id,
    kid: document.authentication[0] ?? '',
    policy: text(given, 'policy'),
    publicKey: hex(publicKey),
    ephemeral: text(given, 'ephemeral'),
    nonce: text(given, 'nonce'),
    binding,
  };
  return { seed, document, side, sent: [], established: undefined };
}

/** Does what a step asks for, until nothing more is asked. */
async function perform(
  player: Player,
  run: Run,
  documents: readonly DidDocument[],
  wall: number,
): Promise<Run> {
  let at = run;
  for (const out of run.out) at = await doOne(player, at, out, documents, wall);
  return at;
}

async function doOne(
  player: Player,
  run: Run,
  out: HandshakeOut,
  documents: readonly DidDocument[],
  wall: number,
): Promise<Run> {
  const { seed, side, sent } = player;
  switch (out.do) {
    case 'send':
      sent.push(out.bytes);
      return run;
    case 'complete':
      player.established = out.established;
      return run;
    case 'sign': {
      const signer = createSigner({ seed, kid: textAt(side['kid'], 'kid'), purposes: IDENTITY_PURPOSES });
      const signature = await signer.sign(out.purpose, out.payload);
      return perform(player, run.step({ type: 'signed', now: 0, signature }), documents, wall);
    }
    case 'resolve': {
      const document = documents.find(({ id }) => id === out.did);
      const event =
        document === undefined
          ? ({ type: 'fault', now: 0, code: 'DID_UNRESOLVED' } as const)
          : ({ type: 'resolved', now: 0, wall, document, revoked: false } as const);
      return perform(player, run.step(event), documents, wall);
    }
    case 'record':
    case 'erase':
    case 'abort':
    default:
      return run;
  }
}

/** The records of what a side says, in hexadecimal digits. */
async function recordsOf(opened: SessionState, says: readonly string[]): Promise<readonly string[]> {
  const records: string[] = [];
  let state = opened;
  for (const word of says) {
    const sealing = sessionMachine.step(state, { type: 'send', now: 0, plaintext: utf8(word) });
    for (const effect of sealing.out) {
      if (effect.do !== 'seal') continue;
      const { id, header } = effect;
      const ciphertext = await sealAead(effect);
      const sealed = sessionMachine.step(sealing.state, { type: 'sealed', now: 0, id, header, ciphertext });
      state = sealed.state;
      for (const one of sealed.out) if (one.do === 'send') records.push(hex(one.bytes));
    }
  }
  return records;
}
