import { loadPolicy, type Policy } from '@ttp/spl';
import { agreementOf } from './agreement.js';
import { POLICIES_KEPT } from './limits.js';

/** The last policies that were loaded, oldest first. A state is plain JSON, so each step begins from texts. */
const kept = new Map<string, Policy>();

/**
 * Loads a policy for a negotiation: the limit of policies from elsewhere holds, whatever the host loads itself
 * (decision D16), and every capability in it is known.
 *
 * @throws PNP_UNKNOWN_CAPABILITY, the codes of `loadPolicy`
 */
export function policyOf(text: string): Policy {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const policy = loadPolicy(text);
  agreementOf(policy);
  for (const oldest of kept.keys()) {
    if (kept.size < POLICIES_KEPT) break;
    kept.delete(oldest);
  }
  kept.set(text, policy);
  return policy;
}
