import { hashJson } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { agreementHash, agreementText, MAX_ROUNDS, verifyAgreement, weigh } from '../../src/index.js';
import { keyOf, START } from '../rig.js';
import type { Party } from './party.js';
import type { Suite } from './suite.js';
import type { World } from './world.js';

/** Everything that has to hold of a finished schedule; what does not, in words. */
export function violations(world: World, suite: Suite): readonly string[] {
  const { a, b, evil, isCalm } = world;
  const wrong: string[] = [];
  const honest = [...(evil === 'a' ? [] : [a]), ...(evil === 'b' ? [] : [b])];
  for (const party of honest) wrong.push(...ofSide(party, suite));
  const [p, q] = [a.state, b.state];
  // law.N-3: one session, one agreement.
  if (p.certificate !== undefined && q.certificate !== undefined && evil === undefined)
    if (hashJson({ ...p.accepted?.certificate.body }) !== hashJson({ ...q.accepted?.certificate.body }))
      wrong.push('two agreements for one session');
  if (evil === undefined) wrong.push(...together(a, b), ...together(b, a));
  if (isCalm && (p.machine.at !== q.machine.at || !['AGREED', 'REJECTED'].includes(p.machine.at)))
    wrong.push(`calm, and ${p.machine.at}, ${q.machine.at}`);
  return wrong;
}

/** Of an honest side, whatever everybody else does. */
function ofSide(party: Party, suite: Suite): readonly string[] {
  const wrong: string[] = [];
  const { machine, certificate, accepted, chain } = party.state;
  const { role, proposals, floor } = party.input;
  if (!party.isOver()) wrong.push(`${role} is still ${machine.at} after the deadline and the skew`);
  if (chain.length > MAX_ROUNDS + 3) wrong.push(`${role} has ${chain.length} messages`);
  if ((machine.at === 'AGREED') !== (certificate !== undefined))
    wrong.push(`${role}: ${machine.at} and the certificate`);
  if (party.certificates.size > 1) wrong.push(`${role} signed two certificates`);
  if (party.late.length > 0) wrong.push(`${role} went on after its time, from ${party.late.join()}`);
  const isLinked = chain.every((id, i) => party.follows.has(id) && party.follows.get(id) === chain[i - 1]);
  if (!isLinked) wrong.push(`${role} has a chain with a broken link`);
  const byPrev = new Map<string, Set<string>>();
  for (const { prev, id } of party.signed) byPrev.set(prev, (byPrev.get(prev) ?? new Set()).add(id));
  if ([...byPrev.values()].some((ids) => ids.size > 1)) wrong.push(`${role} told two stories`);
  if (certificate === undefined || accepted === undefined) return wrong;
  const { own, theirs } = party.state;
  if (own === undefined || theirs === undefined) return [...wrong, `${role} agreed without policies`];
  if (!proposals.some(({ hash, text }) => hash === own.hash && text === own.text))
    wrong.push(`${role} agreed to what it did not propose`);
  // law.N-4: the meet of both, and no less than the floor.
  const { agreement, conflicts } = weigh(loadPolicy(own.text), loadPolicy(theirs.text), floor);
  if (agreement === undefined || conflicts.length > 0)
    return [...wrong, `${role} agreed in spite of conflicts`];
  try {
    const policies = [...new Set([own.text, theirs.text])];
    const verified = verifyAgreement(certificate, { keyOf, now: START, policies, open: suite.open });
    if (
      verified.hash !== agreementHash(agreement) ||
      agreementText(verified.agreement) !== agreementText(agreement)
    )
      wrong.push(`${role} holds a certificate of something else`);
    const signers = new Set(certificate.sigs.map(({ kid }) => kid));
    if (signers.size !== 2) wrong.push(`${role} holds a certificate of ${signers.size}`);
  } catch (error) {
    wrong.push(`${role} holds a certificate that does not verify: ${String(error)}`);
  }
  return wrong;
}

/** Of two honest sides: the same end, or safely apart. */
function together(one: Party, other: Party): readonly string[] {
  const { machine } = one.state;
  // Nobody but time can end an honest negotiation: an attacker on the network has no abort.
  if (machine.at === 'ABORTED' && machine.code !== 'PNP_EXPIRED') return [`aborted with ${machine.code}`];
  if (machine.at !== 'AGREED' || other.state.machine.at === 'AGREED') return [];
  // Apart: the other one signed the same certificate, and ran out of time before it came back.
  const isSafe = other.state.machine.at === 'ABORTED' && other.certificates.size === 1;
  return isSafe ? [] : [`AGREED, and the other ${other.state.machine.at} without having signed`];
}
