import { TtpError } from '@ttp/core';
import { layerPolicies, loadPolicy, POLICY_CEILING_BYTES, type Policy, type PolicyLayers } from '@ttp/spl';
import { inFile, readBytes } from '../../files/files.js';
import type { Io } from '../../io.js';

/** The layer that the file of the argument is, where others are given beside it. */
const OWN_LAYER = 'agent';

/**
 * The policy in a file, or with `--layer <name>=<file>` that policy as the layer `agent` together with the others.
 *
 * @param field the argument that names the file
 * @param io where the file may be standard input
 * @throws CLI_USAGE for a layer that is not written so; what reading a file throws, and the codes of `loadPolicy` and
 *   `layerPolicies`
 */
export async function readPolicies(
  file: string,
  layers: readonly string[] = [],
  field = 'file',
  io?: Io,
): Promise<Policy | PolicyLayers> {
  const policy = await readPolicy(file, field, io);
  if (layers.length === 0) return policy;
  const others = [];
  for (const given of layers) {
    const at = given.indexOf('=');
    if (at < 1) throw new TtpError('CLI_USAGE', `${given}: a layer is <name>=<file>`, { field: 'layer' });
    others.push({ layer: given.slice(0, at), policy: await readPolicy(given.slice(at + 1), 'layer') });
  }
  return layerPolicies([{ layer: OWN_LAYER, policy }, ...others]);
}

async function readPolicy(file: string, field: string, io?: Io): Promise<Policy> {
  const bytes = await readBytes(file, { field, ...(io === undefined ? {} : { io }) });
  return inFile(file, field, () => loadPolicy(bytes, { maxBytes: POLICY_CEILING_BYTES }));
}
