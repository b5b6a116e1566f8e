// @ttp/crypto

export declare const BASE58_MAX_BYTES = 256;
export declare const CRYPTO_ERRORS: {
    readonly CRYPTO_BAD_UTF8: 'The bytes are not UTF-8, or the text holds a lone surrogate and so has no UTF-8.';
    readonly CRYPTO_BAD_HEX: 'The text is not pairs of lowercase hexadecimal digits.';
    readonly CRYPTO_BAD_BASE64URL: 'The text is not canonical base64url without padding.';
    readonly CRYPTO_BAD_BASE64: 'The text is not canonical base64 with padding.';
    readonly CRYPTO_BAD_BASE58: 'The text is not base58btc, or is longer than the limit.';
    readonly CRYPTO_BAD_MULTIBASE: 'The text is not multibase base58btc: a "z", then base58btc.';
    readonly CRYPTO_BAD_MULTIKEY: 'The text is not the Multikey of an Ed25519 public key.';
    readonly CRYPTO_BAD_LENGTH: 'A key, seed, nonce, signature or other byte string has the wrong length.';
    readonly CRYPTO_BAD_PARAMETER: 'A number given to a key derivation or to a guard is outside its bounds.';
    readonly CRYPTO_JSON_SYNTAX: 'The text is not JSON (RFC 8259).';
    readonly CRYPTO_JSON_TRAILING: 'Something other than white space follows the JSON value.';
    readonly CRYPTO_JSON_BOM: 'The text begins with a byte order mark.';
    readonly CRYPTO_JSON_BAD_UTF8: 'The bytes of the JSON text are not UTF-8.';
    readonly CRYPTO_JSON_LONE_SURROGATE: 'A JSON string holds half of a surrogate pair.';
    readonly CRYPTO_JSON_DUPLICATE_KEY: 'A JSON object holds the same key twice.';
    readonly CRYPTO_JSON_FORBIDDEN_KEY: 'A JSON object holds a key that could reach a prototype.';
    readonly CRYPTO_JSON_DEPTH: 'Arrays and objects are nested deeper than the limit.';
    readonly CRYPTO_JSON_TOO_LARGE: 'The JSON text or value is larger than the limit.';
    readonly CRYPTO_JSON_UNSAFE_INTEGER: 'An integer lies outside +-(2^53-1) and would be rounded.';
    readonly CRYPTO_JSON_NUMBER_RANGE: 'A number with a fraction or exponent is not finite.';
    readonly CRYPTO_JSON_FRACTION: 'An envelope holds a number with a fraction or exponent.';
    readonly CRYPTO_JSON_NOT_CANONICAL: 'The bytes received are not the canonical form (RFC 8785) of their value.';
    readonly CRYPTO_JSON_NOT_PLAIN: 'The value is not plain JSON data.';
    readonly CRYPTO_WEAK_KEY: 'The public key is not canonical, is of small order, or has a torsion component.';
    readonly CRYPTO_LOW_ORDER_POINT: 'The X25519 public key is a low-order point: the secret would be known to all.';
    readonly CRYPTO_AEAD_REFUSED: 'The ciphertext, key, nonce or additional data does not match its tag.';
    readonly CRYPTO_SEALED_SHAPE: 'The value is not sealed data, a sealed field, or the name of a key.';
    readonly CRYPTO_SEALED_TOO_LARGE: 'What is sealed, or to be sealed, is longer than the limit.';
    readonly CRYPTO_SEALED_KEY_UNKNOWN: 'The key that encrypts the data or its data key is not known.';
    readonly CRYPTO_PASSWORD_LENGTH: 'The password is empty, or longer than the limit.';
    readonly CRYPTO_PASSWORD_HASH: 'The text is not a password hash of this package.';
    readonly CRYPTO_PASSWORD_COST: 'The cost of a password hash is below the minimum or above the maximum.';
    readonly CRYPTO_PURPOSE_UNKNOWN: 'The purpose is not in the closed table, or is not of the kind asked for.';
    readonly CRYPTO_PURPOSE_NOT_ALLOWED: 'The key does not carry the purpose, or its format cannot be checked yet.';
    readonly CRYPTO_PURPOSE_FORMAT: 'The payload is not in the format that its foreign purpose demands.';
    readonly CRYPTO_SIGNATURE_FAILED: 'A signer returned something that its public key does not verify.';
    readonly CRYPTO_ENVELOPE_SHAPE: 'The value is not an envelope: a member is missing, unknown or malformed.';
    readonly CRYPTO_ENVELOPE_TYPE: 'The envelope is of another type than the one expected.';
    readonly CRYPTO_ENVELOPE_SIGNATURES_UNSORTED: 'The signatures are not sorted by key id.';
    readonly CRYPTO_ENVELOPE_DUPLICATE_KEY_ID: 'Two signatures name the same key id.';
    readonly CRYPTO_ENVELOPE_SIGNERS_RULE: 'The rule of who has to sign is empty or cannot be met.';
    readonly CRYPTO_ENVELOPE_FOREIGN_SIGNER: 'Somebody signed who is not one of those who may.';
    readonly CRYPTO_ENVELOPE_SIGNER_MISSING: 'Too few distinct signers, counted by inception and by public key.';
    readonly CRYPTO_ENVELOPE_KEY_UNKNOWN: 'The key that a signature names is not known, or not valid at that time.';
    readonly CRYPTO_ENVELOPE_BAD_SIGNATURE: 'A signature does not verify.';
    readonly CRYPTO_ENVELOPE_EXPIRED: 'The envelope has expired.';
    readonly CRYPTO_ENVELOPE_AUDIENCE: 'The envelope is for somebody else, or its reader did not say who he is.';
    readonly CRYPTO_OPERATOR_SIGNATURES: 'What an operator says does not bear exactly one signature.';
    readonly CRYPTO_OPERATOR_UNKNOWN: 'The key that signed is not on the roster of operators.';
    readonly CRYPTO_OPERATOR_PRIVILEGE: 'The operator holds none of the privileges that this takes.';
    readonly CRYPTO_MESSAGE_STALE: 'The message is older than 5 minutes.';
    readonly CRYPTO_MESSAGE_FUTURE: 'The message is stamped more than 1 minute ahead.';
    readonly CRYPTO_REPLAYED: 'The message was received before.';
    readonly CRYPTO_REPLAY_FULL: 'The replay guard holds as many nonces as it may, and evicts none.';
    readonly CRYPTO_REPLAY_GUARD_MISSING: 'A message was verified without a replay guard.';
    readonly CRYPTO_BEFORE_BOOT: 'The message is stamped before this replay guard began to remember.';
    readonly CRYPTO_CHAIN_EMPTY: 'A chain of envelopes holds none.';
    readonly CRYPTO_CHAIN_BROKEN: 'An envelope of a chain does not name the one before it.';
    readonly CRYPTO_CHAIN_FORK: 'Two envelopes of a chain name the same one before them.';
    readonly CRYPTO_HTTP_SYNTAX: 'A field is not in the syntax of structured fields, has a key twice, or is longer than the limit.';
    readonly CRYPTO_HTTP_MESSAGE: 'The HTTP message is malformed, or two readers could understand it in two ways.';
    readonly CRYPTO_HTTP_TOO_LARGE: 'The body of the HTTP message is larger than the limit.';
    readonly CRYPTO_HTTP_DIGEST: 'A digest of the content is missing, by no secure algorithm, or of something else.';
    readonly CRYPTO_HTTP_NO_SIGNATURE: 'No signature has the label and tag asked for, or more than one has.';
    readonly CRYPTO_HTTP_PARAMETER: 'A parameter of the signature is unknown, missing or malformed.';
    readonly CRYPTO_HTTP_COMPONENT: 'A component of the signature is unknown, absent, named twice, or has no one value.';
    readonly CRYPTO_HTTP_COVERAGE: 'The signature leaves out a component that it has to cover.';
    readonly CRYPTO_HTTP_EXPIRED: 'The HTTP signature has expired, or is made to live longer than it may.';
    readonly CRYPTO_HTTP_KEY_UNKNOWN: 'The key that the HTTP signature names is not known, or not valid at that time.';
    readonly CRYPTO_HTTP_ALGORITHM: 'The algorithm is not supported, or is not that of the key.';
    readonly CRYPTO_HTTP_BAD_SIGNATURE: 'The HTTP signature does not verify.';
    readonly CRYPTO_HTTP_DIRECTORY: 'The response is no key directory, or holds more keys than the limit.';
    readonly CRYPTO_FOREIGN_SHAPE: 'What another system sent is not in the form of its standard, or holds more than the limit.';
    readonly CRYPTO_FOREIGN_TOO_LARGE: 'What another system sent is longer than the limit.';
    readonly CRYPTO_FOREIGN_TYPE: 'It is of another type than those that its reader expects.';
    readonly CRYPTO_FOREIGN_AUDIENCE: 'It answers another challenge, or is meant for another party or place.';
    readonly CRYPTO_FOREIGN_ALGORITHM: 'It names an algorithm that its key does not have.';
    readonly CRYPTO_FOREIGN_CRITICAL: 'It demands an extension that is not understood here, such as crit or b64.';
    readonly CRYPTO_FOREIGN_KEY: 'The value is not a public key of a known kind for signatures.';
    readonly CRYPTO_FOREIGN_KEY_UNKNOWN: 'No key that its reader knows signed it.';
    readonly CRYPTO_FOREIGN_BAD_SIGNATURE: 'A signature of a known key does not verify.';
    readonly CRYPTO_FOREIGN_THRESHOLD: 'Fewer distinct keys signed it than its reader demands.';
    readonly CRYPTO_FOREIGN_ISSUER: 'The key that signed a credential is not one of its issuer.';
    readonly CRYPTO_FOREIGN_EXPIRED: 'The credential or its proof is not valid at this time.';
    readonly CRYPTO_CBOR: 'The bytes are not CBOR in deterministic encoding, or the value has none.';
    readonly CRYPTO_KEY_LOCKED: 'The private key was cleared, or locked while it was being unlocked.';
    readonly CRYPTO_KEY_FILE_SHAPE: 'The value is not a key file: a member is missing, unknown or malformed.';
    readonly CRYPTO_KEY_FILE_COST: 'The cost of the key derivation is below the minimum or above the maximum.';
    readonly CRYPTO_KEY_FILE_PASSPHRASE: 'The passphrase is wrong, or the key file was changed.';
    readonly CRYPTO_KEY_FILE_PASSKEY: 'The passkey is another one, or the key file was changed.';
    readonly CRYPTO_BROWSER_KEY_EXISTS: 'The browser keeps a key of this id already.';
    readonly CRYPTO_BROWSER_KEY_MISMATCH: 'The browser keeps another key than the one registered, or one that can be read.';
    readonly CRYPTO_BROWSER_STORAGE: 'The IndexedDB of the browser refused, or is closed.';
    readonly CRYPTO_KEY_FILE_MISMATCH: 'The key file holds another key, or is for another DID, than the one registered.';
};
export type CryptoErrorCode = keyof typeof CRYPTO_ERRORS;
export interface DecodeEnvelopeOptions {
    readonly maxBytes?: number;
}
export interface DecryptKeyOptions {
    readonly passphrase: string;
    readonly publicKey?: Uint8Array;
    readonly did?: Did;
}
export declare const ENVELOPE_MAX_SIGNATURES = 256;
export interface EncryptKeyInput {
    readonly seed: Uint8Array;
    readonly did: Did;
    readonly passphrase: string;
    readonly random: Random;
    readonly history?: KeyHistory;
    readonly cost?: number;
}
export type EnvelopeType = Extract<Purpose, `ttp/${string}`>;
export interface ExchangeKeyPair {
    readonly secretKey: Uint8Array;
    readonly publicKey: Uint8Array;
}
export interface HashPasswordInput {
    readonly password: string;
    readonly random: Random;
    readonly cost?: number;
}
export interface HkdfInput {
    readonly ikm: Uint8Array;
    readonly salt: Uint8Array;
    readonly info: Uint8Array;
    readonly length: number;
}
export declare const IDENTITY_PURPOSES: readonly string[];
export declare const JSON_FOREIGN_MAX_DEPTH = 64;
export declare const JSON_MAX_BYTES = 1048576;
export declare const JSON_MAX_DEPTH = 32;
export declare const JSON_MAX_VALUES = 1000000;
export type JsonProfile = 'strict' | 'envelope' | 'foreign';
export declare const KEY_CACHE_ENTRIES = 1024;
export declare const KEY_FILE_MAX_COST_LOG2 = 20;
export declare const KEY_FILE_MIN_COST_LOG2 = 17;
export declare const KEY_HOLD_MAX_MS = 900000;
export declare const KEY_ID_MAX_CHARS = 2304;
export interface KeyFile extends KeyFileHeader {
    readonly encryptedKey: string;
}
export interface KeyFileSigner extends Signer {
    lock(): void;
}
export interface KeyFileSignerInput {
    readonly kid: string;
    readonly did: Did;
    readonly publicKey: Uint8Array;
    readonly purposes: readonly string[];
    load(): Promise<unknown>;
    passphrase(): Promise<string>;
    readonly hold?: KeyHold;
}
export interface KeyHistory {
    readonly createdAt: number;
    readonly rotations: number;
}
export interface KeyHold {
    readonly ms: number;
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly timer: Timer;
}
export type KeyLookup = (id: string) => Uint8Array | undefined;
export interface KeyPair {
    readonly seed: Uint8Array;
    readonly publicKey: Uint8Array;
}
export declare const LOG_PURPOSES: readonly string[];
export interface NamedKey {
    readonly id: string;
    readonly bytes: Uint8Array;
}
export interface OpenDataOptions {
    readonly keyOf: KeyLookup;
    readonly context: JsonObject;
}
export interface OpenFieldOptions {
    readonly keyOf: KeyLookup;
    readonly context: JsonObject;
}
export interface OpenInput extends AeadInput {
    readonly ciphertext: Uint8Array;
}
export declare const PASSWORD_MAX_BYTES = 1024;
export declare const PASSWORD_MAX_COST_LOG2 = 20;
export declare const PASSWORD_MIN_COST_LOG2 = 17;
export declare const PUBLIC_KEY_BYTES = 32;
export declare const PURPOSES: {
    readonly 'ttp/did-op@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/policy@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/tree-head@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/bundle@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/access-record@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/kill-order@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/reinstate-order@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/kill-notice@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/kill-ack@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/review@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/tool-release@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/receipt@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/challenge@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/challenge-response@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/handshake-init@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/handshake-resp@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/revocation@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/revocation-ruling@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/status-list@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/name-claim@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/grant@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/override@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/threshold-change@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/label-clear@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/intent@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/tool-provenance@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/vouch@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/attestation@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/attestation-retraction@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/reputation-share@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/security-closure@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/pnp-offer@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/pnp-counter@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/pnp-accept@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/pnp-reject@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/pnp-finalize@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/pnp-ack@1': {
        readonly kind: 'framed';
        readonly life: 'message';
    };
    readonly 'ttp/agreement@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/budget@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/delegation@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'ttp/delegation-revocation@1': {
        readonly kind: 'framed';
        readonly life: 'record';
    };
    readonly 'http-signature': {
        readonly kind: 'foreign';
    };
    readonly 'signed-note': {
        readonly kind: 'foreign';
    };
    readonly cosignature: {
        readonly kind: 'foreign';
    };
    readonly dsse: {
        readonly kind: 'foreign';
    };
    readonly 'cose-sign1': {
        readonly kind: 'foreign';
    };
    readonly jws: {
        readonly kind: 'foreign';
    };
    readonly 'vc-eddsa-jcs': {
        readonly kind: 'foreign';
    };
};
export interface ParseJsonOptions {
    readonly profile?: JsonProfile;
    readonly maxBytes?: number;
}
export interface PasswordVerdict {
    readonly ok: boolean;
    readonly rehash: boolean;
}
export interface Pbkdf2Input {
    readonly password: Uint8Array;
    readonly salt: Uint8Array;
    readonly iterations: number;
    readonly length: number;
}
export type Purpose = keyof typeof PURPOSES;
export type PurposeEntry = {
    readonly kind: 'framed';
    readonly life: 'message' | 'record';
} | {
    readonly kind: 'foreign';
};
export declare const REPLAY_MAX_PER_KEY = 10000;
export declare const REPLAY_MAX_TOTAL = 1000000;
export interface ReplayGuard {
    admit(input: ReplayInput): void;
}
export interface ReplayGuardOptions {
    readonly bootAt: number;
    readonly perKey?: number;
    readonly total?: number;
}
export interface ReplayInput {
    readonly key: string;
    readonly nonce: string;
    readonly iat: number;
    readonly now: number;
}
export interface RewrapDataOptions extends OpenDataOptions {
    readonly key: NamedKey;
    readonly random: Random;
}
export declare const SEALED_DATA_MAX_BYTES = 16777216;
export declare const SEALED_FIELD_MAX_BYTES = 65536;
export declare const SEED_BYTES = 32;
export declare const SEQUENCE_WINDOW = 64n;
export declare const SIGNATURE_BYTES = 64;
export interface SealDataInput {
    readonly plaintext: Uint8Array;
    readonly key: NamedKey;
    readonly context: JsonObject;
    readonly random: Random;
}
export interface SealFieldInput {
    readonly value: Json;
    readonly key: NamedKey;
    readonly context: JsonObject;
    readonly random: Random;
}
export interface SealInput extends AeadInput {
    readonly plaintext: Uint8Array;
}
export interface SealedData {
    readonly v: 1;
    readonly keyId: string;
    readonly encryption: 'AES-256-GCM';
    readonly dataKey: string;
    readonly ciphertext: string;
}
export interface SequenceWindow {
    admit(sequence: bigint): void;
}
export interface SignEnvelopeInput<T extends EnvelopeType, B extends JsonObject> {
    readonly type: T;
    readonly head: EnvelopeHead;
    readonly body: B;
    readonly signers: readonly Signer[];
    readonly maxBytes?: number;
}
export interface SignatureInput {
    readonly purpose: string;
    readonly payload: Uint8Array;
    readonly signature: Uint8Array;
    readonly publicKey: Uint8Array;
}
export interface SignerInput {
    readonly seed: Uint8Array;
    readonly kid: string;
    readonly purposes: readonly string[];
}
export type SignersRule = {
    readonly all: readonly Did[];
} | {
    readonly of: readonly Did[];
    readonly atLeast: number;
};
export type UnverifiedEnvelope = Envelope<EnvelopeType>;
export interface Verified<B> {
    readonly id: Hash;
    readonly head: EnvelopeHead;
    readonly body: B;
    readonly signers: readonly Did[];
    readonly kids: readonly string[];
}
export interface VerifiedOperatorEnvelope<B> {
    readonly id: Hash;
    readonly head: EnvelopeHead;
    readonly body: B;
    readonly operator: Operator;
}
export interface VerifyEnvelopeOptions<B> {
    readonly type: EnvelopeType;
    readonly parse: (body: JsonObject) => B;
    readonly signers?: (head: EnvelopeHead, body: JsonObject) => SignersRule;
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly audience?: Did;
    readonly replay?: ReplayGuard;
    readonly maxBytes?: number;
}
export interface VerifyOperatorEnvelopeOptions<B> {
    readonly type: EnvelopeType;
    readonly parse: (body: JsonObject) => B;
    readonly operators: Operators;
    readonly now: number;
    readonly privileges: readonly Privilege[];
    readonly maxBytes?: number;
}
export interface VerifyPasswordInput {
    readonly password: string;
    readonly hash: string;
    readonly cost?: number;
}
export declare const WITNESS_PURPOSES: readonly string[];
export declare function aeadSealer(key: Uint8Array): (input: Omit<SealInput, 'key'>) => Promise<Uint8Array>;
export declare function base58btc(bytes: Uint8Array): string;
export declare function base64(bytes: Uint8Array): string;
export declare const base64url: (bytes: Uint8Array) => string;
export declare const bytesOfHash: (hash: Hash) => Uint8Array;
export declare const canonicalBytes: (value: Json) => Uint8Array;
export declare const canonicalize: (value: Json) => string;
export declare const concatBytes: (...parts: readonly Uint8Array[]) => Uint8Array;
export declare function cosignEnvelope<T extends string, B extends JsonObject>(envelope: Envelope<T, B>, signer: Signer): Promise<Envelope<T, B>>;
export declare function createKeyFileSigner(input: KeyFileSignerInput): KeyFileSigner;
export declare function createReplayGuard(options: ReplayGuardOptions): ReplayGuard;
export declare function createSequenceWindow(): SequenceWindow;
export declare function createSigner({ seed, kid, purposes }: SignerInput): Signer;
export declare function decodeEnvelope(input: Uint8Array | string, options?: DecodeEnvelopeOptions): UnverifiedEnvelope;
export declare function decryptKey(file: unknown, options: DecryptKeyOptions): Promise<Uint8Array>;
export declare function encodeEnvelope(envelope: Envelope, options?: DecodeEnvelopeOptions): string;
export declare function encryptKey(input: EncryptKeyInput): Promise<KeyFile>;
export declare const envelopeId: (envelope: Envelope) => Hash;
export declare function equalBytes(a: Uint8Array, b: Uint8Array): boolean;
export declare function frame(purpose: string, payload: Uint8Array): Uint8Array;
export declare function fromBase58btc(text: string): Uint8Array;
export declare function fromBase64(text: string): Uint8Array;
export declare const fromBase64url: (text: string) => Uint8Array;
export declare function fromHex(text: string): Uint8Array;
export declare function fromMultibase(text: string): Uint8Array;
export declare function fromMultikey(text: string): Uint8Array;
export declare function fromUtf8(bytes: Uint8Array): string;
export declare function frozenJson<T>(value: T): T & Json;
export declare function generateExchangeKey(random: Random): ExchangeKeyPair;
export declare const generateKeyPair: (random: Random) => KeyPair;
export declare const hashBytes: (bytes: Uint8Array) => Hash;
export declare const hashData: (value: unknown) => Hash;
export declare const hashJson: (value: Json) => Hash;
export declare function hashPassword(input: HashPasswordInput): Promise<string>;
export declare function hex(bytes: Uint8Array): string;
export declare function hkdfSha256({ ikm, salt, info, length }: HkdfInput): Uint8Array;
export declare const hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array;
export declare function inceptionOf(did: Did): string;
export declare const isEnvelopeType: (name: string) => name is EnvelopeType;
export declare function issuerOf({ kid }: Pick<Signer, 'kid'>): Did;
export declare function joinBytes(parts: readonly Uint8Array[]): Uint8Array;
export declare function keyPairOf(seed: Uint8Array): KeyPair;
export declare const multibase: (bytes: Uint8Array) => string;
export declare function multikey(publicKey: Uint8Array): string;
export declare function openAead({ ciphertext, ...input }: OpenInput): Promise<Uint8Array>;
export declare function openData(sealed: unknown, options: OpenDataOptions): Promise<Uint8Array>;
export declare function openField(sealed: string, { keyOf, context }: OpenFieldOptions): Promise<Json>;
export declare function parseJson(input: Uint8Array | string, options?: ParseJsonOptions): Json;
export declare function pbkdf2Sha256({ password, salt, iterations, length }: Pbkdf2Input): Promise<Uint8Array>;
export declare const plainCopy: (value: unknown) => Json;
export declare function registerKey(publicKey: Uint8Array): void;
export declare function rewrapData(sealed: unknown, options: RewrapDataOptions): Promise<SealedData>;
export declare function sealAead({ key, ...input }: SealInput): Promise<Uint8Array>;
export declare function sealData({ plaintext, key, context, random }: SealDataInput): Promise<SealedData>;
export declare function sealField({ value, key, context, random }: SealFieldInput): Promise<string>;
export declare const sha256: (bytes: Uint8Array) => Uint8Array;
export declare function sha256Into(bytes: Uint8Array, target: Uint8Array, at: number): void;
export declare const sha384: (bytes: Uint8Array) => Uint8Array;
export declare const sha512: (bytes: Uint8Array) => Uint8Array;
export declare function sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
export declare function signEnvelope<T extends EnvelopeType, B extends JsonObject>(input: SignEnvelopeInput<T, B>): Promise<Envelope<T, B>>;
export declare function utf8(text: string): Uint8Array;
export declare function verifyChain<B>(envelopes: readonly (Envelope | Uint8Array | string)[], options: VerifyEnvelopeOptions<B>): readonly Verified<B>[];
export declare const verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
export declare function verifyEnvelope<B>(input: Envelope | Uint8Array | string, options: VerifyEnvelopeOptions<B>): Verified<B>;
export declare function verifyOperatorEnvelope<B>(input: Envelope | string, { type, parse, operators, now, privileges, maxBytes }: VerifyOperatorEnvelopeOptions<B>): Promise<VerifiedOperatorEnvelope<B>>;
export declare const verifyP256: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
export declare function verifyPassword({ password, hash, cost, }: VerifyPasswordInput): Promise<PasswordVerdict>;
export declare function verifySignature({ purpose, payload, signature, publicKey }: SignatureInput): boolean;

// referred to

interface AeadInput {
    readonly key: Uint8Array;
    readonly iv: Uint8Array;
    readonly aad: Uint8Array;
}
interface KeyFileHeader {
    readonly v: 1;
    readonly did: Did;
    readonly algorithm: 'Ed25519';
    readonly publicKey: string;
    readonly createdAt?: number;
    readonly rotations?: number;
    readonly kdf: {
        readonly name: 'scrypt';
        readonly costLog2: number;
    };
    readonly salt: string;
    readonly encryption: 'AES-256-GCM';
    readonly iv: string;
}

// @ttp/crypto/browser-keys

export interface BrowserKey {
    readonly id: string;
    readonly publicKey: Uint8Array;
    readonly kind: 'webcrypto' | 'bundled';
    signer(as: {
        readonly kid: string;
        readonly purposes: readonly string[];
    }): Signer;
}
export interface BrowserKeys {
    create(id: string): Promise<BrowserKey>;
    import(id: string, seed: Uint8Array): Promise<BrowserKey>;
    get(id: string, publicKey?: Uint8Array): Promise<BrowserKey | undefined>;
    delete(id: string): Promise<void>;
    close(): void;
}
export interface BrowserKeysInput {
    readonly indexedDB: IDBFactory;
    readonly subtle: SubtleCrypto;
    readonly random: Random;
    readonly name?: string;
}
export interface DecryptKeyByPasskeyOptions {
    readonly prf: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly did: Did;
}
export interface EncryptKeyByPasskeyInput {
    readonly seed: Uint8Array;
    readonly did: Did;
    readonly prf: Uint8Array;
    readonly random: Random;
}
export interface PasskeyFile {
    readonly v: 1;
    readonly did: Did;
    readonly algorithm: 'Ed25519';
    readonly publicKey: string;
    readonly encryption: 'AES-256-GCM';
    readonly encryptedKey: string;
}
export declare function decryptKeyByPasskey(file: unknown, options: DecryptKeyByPasskeyOptions): Promise<Uint8Array>;
export declare function encryptKeyByPasskey(input: EncryptKeyByPasskeyInput): Promise<PasskeyFile>;
export declare function openBrowserKeys(input: BrowserKeysInput): Promise<BrowserKeys>;

// @ttp/crypto/http

export declare const A2S_REQUEST_COMPONENTS: readonly string[];
export declare const A2S_TAG = "ttp-a2s";
export interface BotSigning {
    readonly signer: Signer;
    readonly random: Random;
    readonly now: number;
    readonly lifeMs: number;
    readonly agent?: string;
    readonly agentForm?: 'dictionary' | 'string';
    readonly components?: readonly string[];
}
export interface BotVerifier {
    readonly keyOf: (keyid: string, at: number, agent: string | undefined) => HttpKey | undefined | Promise<HttpKey | undefined>;
    readonly now: number;
    readonly maxLifeMs?: number;
    readonly components?: readonly string[];
    readonly replay?: ReplayGuard;
}
export type DigestAlgorithm = 'sha-256' | 'sha-512';
export interface DirectoryKey {
    readonly keyid: string;
    readonly publicKey: Uint8Array;
}
export type ForeignSignatureOptions = HttpVerifier & SignatureRules & {
    readonly request?: HttpRequest;
    readonly replay?: ReplayGuard;
};
export declare const HTTP_BODY_MAX_BYTES = 10485760;
export declare const HTTP_DIRECTORY_MAX_KEYS = 8;
export declare const HTTP_FIELD_MAX_CHARS = 16384;
export declare const HTTP_MAX_COMPONENTS = 64;
export declare const HTTP_MAX_FIELDS = 256;
export declare const HTTP_MAX_SIGNATURES = 8;
export declare const HTTP_SIGNATURE_LIFE_MS = 30000;
export type HeaderFields = Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[] | undefined>>;
export type HttpKey = {
    readonly owner?: string;
} & ({
    readonly alg: 'ed25519';
    readonly publicKey: Uint8Array;
} | {
    readonly alg: 'ecdsa-p256-sha256';
    readonly publicKey: Uint8Array;
} | {
    readonly alg: 'hmac-sha256';
    readonly secret: Uint8Array;
});
export interface HttpRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: HeaderFields;
    readonly body?: Uint8Array;
}
export interface HttpResponse {
    readonly status: number;
    readonly headers: HeaderFields;
    readonly body?: Uint8Array;
}
export interface HttpSigning {
    readonly signer: Signer;
    readonly random: Random;
    readonly now: number;
    readonly components?: readonly string[];
    readonly label?: string;
}
export interface HttpVerifier {
    readonly keyOf: (keyid: string, at: number) => HttpKey | undefined | Promise<HttpKey | undefined>;
    readonly now: number;
}
export declare const KEY_DIRECTORY_PATH = "/.well-known/http-message-signatures-directory";
export declare const KEY_DIRECTORY_TYPE = "application/http-message-signatures-directory+json";
export interface KeyDirectoryInput {
    readonly request: HttpRequest;
    readonly signers: readonly Signer[];
    readonly now: number;
    readonly lifeMs: number;
}
export interface SignatureChoice {
    readonly label?: string;
    readonly tag?: string;
}
export interface SignatureRules extends SignatureChoice {
    readonly components: readonly string[];
    readonly parameters: readonly ('expires' | 'nonce' | 'tag' | 'alg')[];
    readonly lifeMs: number;
    readonly nonceBytes?: number;
}
export interface SignedHttp {
    readonly headers: Readonly<Record<string, string>>;
    readonly signature: Uint8Array;
    readonly created: number;
    readonly expires: number;
    readonly nonce?: string;
    readonly covered: readonly string[];
}
export interface VerifiedBot extends VerifiedHttp {
    readonly agent?: string;
}
export interface VerifiedHttp {
    readonly label: string;
    readonly keyid: string;
    readonly owner: string;
    readonly created: number;
    readonly expires: number;
    readonly nonce?: string;
    readonly tag?: string;
    readonly covered: readonly string[];
}
export declare const WEB_BOT_AUTH_MAX_LIFE_MS = 86400000;
export declare const WEB_BOT_AUTH_TAG = "web-bot-auth";
export declare function digestField(bytes: Uint8Array, algorithms?: readonly DigestAlgorithm[]): string;
export declare function informationalFields(signed: SignedHttp, traceId: string): Readonly<Record<string, string>>;
export declare const jwkThumbprint: (publicKey: Uint8Array) => string;
export declare function readKeyDirectory(response: HttpResponse, options: {
    readonly request: HttpRequest;
    readonly now: number;
}): Promise<readonly DirectoryKey[]>;
export declare const readRequestField: (request: HttpRequest, name: string) => string | undefined;
export declare function requestData(request: Request): Promise<HttpRequest>;
export declare function requireDigest(value: string | undefined, bytes: Uint8Array): void;
export declare function responseData(response: Response): Promise<HttpResponse>;
export declare function signBotRequest(request: HttpRequest, signing: BotSigning): Promise<SignedHttp>;
export declare function signKeyDirectory(input: KeyDirectoryInput): Promise<Required<HttpResponse>>;
export declare function signRequest(request: HttpRequest, signing: HttpSigning): Promise<SignedHttp>;
export declare function signResponse(response: HttpResponse, { request, ...signing }: HttpSigning & {
    readonly request: HttpRequest;
}): Promise<SignedHttp>;
export declare function verifyBotRequest(request: HttpRequest, verifier: BotVerifier): Promise<VerifiedBot>;
export declare function verifyHttpSignature(message: HttpRequest | HttpResponse, options: ForeignSignatureOptions): Promise<VerifiedHttp>;
export declare function verifyRequest(request: HttpRequest, options: HttpVerifier & {
    readonly replay: ReplayGuard;
    readonly components?: readonly string[];
}): Promise<VerifiedHttp>;
export declare function verifyResponse(response: HttpResponse, options: HttpVerifier & {
    readonly request: HttpRequest;
    readonly components?: readonly string[];
}): Promise<VerifiedHttp>;
export declare function withoutInternalFields(headers: HeaderFields): readonly (readonly [string, string])[];

// referred to

export interface ReplayGuard {
    admit(input: ReplayInput): void;
}
export interface ReplayInput {
    readonly key: string;
    readonly nonce: string;
    readonly iat: number;
    readonly now: number;
}

// @ttp/crypto/interop

export declare const ASSERTION_PURPOSES: readonly string[];
export interface DsseEnvelope {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly {
        readonly keyid: string;
        readonly sig: string;
    }[];
}
export interface DsseKey extends ForeignKey {
    readonly kid: string;
}
export interface ForeignKey {
    readonly kind: 'Ed25519' | 'P-256';
    readonly publicKey: Uint8Array;
}
export interface IssueCredentialInput {
    readonly credential: JsonObject;
    readonly signer: Signer;
    readonly created: number;
}
export interface SignAgentCardInput {
    readonly card: JsonObject;
    readonly signer: Signer;
}
export interface SignCoseInput {
    readonly payload: Uint8Array;
    readonly signer: Signer;
    readonly contentType: string | number;
    readonly externalAad?: Uint8Array;
    readonly detached?: boolean;
}
export interface SignDsseInput {
    readonly payload: Uint8Array;
    readonly payloadType: string;
    readonly signers: readonly Signer[];
}
export interface SignIntegrityInput {
    readonly document: JsonObject;
    readonly signer: Signer;
    readonly created: number;
}
export interface SignJwsInput {
    readonly payload: Uint8Array;
    readonly signer: Signer;
    readonly typ: string;
    readonly detached?: boolean;
}
export interface VerifiedAgentCard {
    readonly card: JsonObject;
    readonly kids: readonly string[];
}
export interface VerifiedAssertion {
    readonly userVerified: boolean;
    readonly signCount: number;
}
export interface VerifiedCose {
    readonly payload: Uint8Array;
    readonly kid: Uint8Array | undefined;
    readonly contentType: string | number | undefined;
}
export interface VerifiedCredential {
    readonly credential: JsonObject;
    readonly issuer: string;
    readonly verificationMethod: string;
}
export interface VerifiedDsse {
    readonly payload: Uint8Array;
    readonly payloadType: string;
    readonly kids: readonly string[];
}
export interface VerifiedIntegrity {
    readonly document: JsonObject;
    readonly verificationMethod: string;
}
export interface VerifiedJws {
    readonly payload: Uint8Array;
    readonly kid: string | undefined;
    readonly header: JsonObject;
}
export interface VerifyAgentCardOptions {
    readonly keyOf: (kid: string) => ForeignKey | undefined;
}
export interface VerifyAssertionInput {
    readonly key: ForeignKey;
    readonly authenticatorData: Uint8Array;
    readonly clientDataJson: Uint8Array;
    readonly signature: Uint8Array;
    readonly challenge: Uint8Array;
    readonly origins: readonly string[];
    readonly rpId: string;
}
export interface VerifyCoseOptions {
    readonly keyOf: (kid: Uint8Array | undefined) => ForeignKey | undefined;
    readonly externalAad?: Uint8Array;
    readonly payload?: Uint8Array;
}
export interface VerifyDsseOptions {
    readonly keys: readonly DsseKey[];
    readonly threshold: number;
    readonly payloadTypes: readonly string[];
}
export interface VerifyIntegrityOptions {
    readonly keyOf: (verificationMethod: string) => ForeignKey | undefined;
    readonly now: number;
}
export interface VerifyJwsOptions {
    readonly keyOf: (kid: string | undefined) => ForeignKey | undefined;
    readonly typ: string | null;
    readonly payload?: Uint8Array;
}
export declare function issueCredential(input: IssueCredentialInput): Promise<JsonObject>;
export declare function keyOfJwk(jwk: Json): ForeignKey;
export declare function keysOfJwks(jwks: Json): ReadonlyMap<string, ForeignKey>;
export declare function signAgentCard({ card, signer }: SignAgentCardInput): Promise<JsonObject>;
export declare function signCose(input: SignCoseInput): Promise<Uint8Array>;
export declare function signDsse({ payload, payloadType, signers }: SignDsseInput): Promise<DsseEnvelope>;
export declare function signIntegrity(input: SignIntegrityInput): Promise<JsonObject>;
export declare function signJws({ payload, signer, typ, detached }: SignJwsInput): Promise<string>;
export declare function verifyAgentCard(text: Uint8Array | string, { keyOf }: VerifyAgentCardOptions): VerifiedAgentCard;
export declare function verifyAssertion(input: VerifyAssertionInput): VerifiedAssertion;
export declare function verifyCose(message: Uint8Array, options: VerifyCoseOptions): VerifiedCose;
export declare function verifyCredential(text: Uint8Array | string, options: VerifyIntegrityOptions): VerifiedCredential;
export declare function verifyDsse(text: Uint8Array | string, options: VerifyDsseOptions): VerifiedDsse;
export declare function verifyIntegrity(text: Uint8Array | string, { keyOf, now }: VerifyIntegrityOptions): VerifiedIntegrity;
export declare function verifyJws(jws: string, options: VerifyJwsOptions): VerifiedJws;
