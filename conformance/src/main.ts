// The conformance adapter: what `ttp conformance` answers, and the one raw signature of the project (decision D6).

import { badArgument, bytes } from '../../packages/cli/src/conformance/arguments.js';
import { operations } from '../../packages/cli/src/conformance/operations.js';
import { type Operation, serve } from '../../packages/cli/src/conformance/protocol.js';
import { hex } from '../../packages/crypto/src/encoding/hex.js';
import { SEED_BYTES } from '../../packages/crypto/src/limits.js';
import { signingKey } from '../../packages/crypto/src/node/backend.js';

/** Signs raw bytes (RFC 8032 5.1.6), as vectors from elsewhere have them. No package exports this. */
const sign: Operation = (args) => {
  const seed = bytes(args, 'seed');
  if (seed.length !== SEED_BYTES) return badArgument('seed');
  return { signature: hex(signingKey(seed).sign(bytes(args, 'message'))) };
};

await serve(process.stdin, process.stdout, operations({ 'ed25519.sign': sign }));
