import type { Did, EnvelopeHead, JsonObject, Signer } from '@ttp/core';
import { decodeEnvelope, type EnvelopeType, encodeEnvelope, isEnvelopeType, signEnvelope } from '@ttp/crypto';

/** What is changed of a message before somebody signs it. */
export interface Changes {
  readonly type?: EnvelopeType;
  readonly head?: Partial<EnvelopeHead>;
  readonly body?: JsonObject;
  /** Members to take out of the body. */
  readonly without?: readonly string[];
}

/** The message as it would be if its signer had said something else; signed with a real key. */
export async function forged(
  text: string,
  signer: Signer & { readonly did: Did },
  { type, head, body, without = [] }: Changes,
): Promise<string> {
  const envelope = decodeEnvelope(text);
  const kept = Object.fromEntries(
    Object.entries({ ...envelope.body, ...body }).filter(([key]) => !without.includes(key)),
  );
  if (!isEnvelopeType(envelope.type)) throw new Error(envelope.type);
  return encodeEnvelope(
    await signEnvelope({
      type: type ?? envelope.type,
      head: { ...envelope.head, ...head },
      body: kept,
      signers: [signer],
    }),
  );
}
