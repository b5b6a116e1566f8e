import { positiveInteger, utcTime, wholeNumber } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';
import { KNOWN_STORE } from './identity-options.js';

const OUT: VerbOption = {
  flags: '-o, --out <file>',
  says: 'the file to write; it must not exist',
  required: true,
};
const SIGN_ONE: VerbOption = {
  flags: '--sign <file>',
  says: 'the identity or key file of who says so',
  required: true,
};
const STATEMENTS: readonly VerbOption[] = [
  {
    flags: '--statements <file>',
    says: 'receipts, attestations, retractions, choices and vouches: one, or a list of them; repeatable',
    repeatable: true,
  },
  { flags: '--root <did>', says: 'an identity that is trusted to rate; repeatable', repeatable: true },
  { flags: '--operators <file>', says: 'the roster of those who vouch' },
  KNOWN_STORE,
  { flags: '--with <file>', says: 'the key log of somebody who signed; repeatable', repeatable: true },
];

const receipt: Verb = {
  name: 'trust receipt',
  summary: 'Sign, each side for itself, that there was a session between the two.',
  description: `Nothing is rated without it. One side begins the receipt, the other signs the same. Signed as opened, before anything
is done, it leaves nobody a way to escape what is said of the end.`,
  options: [
    { flags: '--peer <did>', says: 'the other side, to begin a receipt' },
    {
      flags: '--session <id>',
      says: 'the name of the session or the id of its trace; a random one unless given',
    },
    {
      flags: '--result <result>',
      says: 'what became of it',
      choices: ['opened', 'completed', 'failed'],
      default: 'completed',
    },
    { flags: '--statement <file>', says: 'the receipt that the other side began, to be signed too' },
    SIGN_ONE,
    OUT,
  ],
  examples: [
    {
      line: 'ttp trust receipt --peer did:ttp:agent:Qm... --sign alice.json --out half.json',
      says: 'one side begins',
    },
    {
      line: 'ttp trust receipt --statement half.json --sign bob.json --out receipt.json',
      says: 'the other signs',
    },
  ],
  load: () => import('../commands/trust/receipt.js'),
};

const attest: Verb = {
  name: 'trust attest',
  summary: 'Rate the other side of a session, by the receipt that both signed.',
  description: `A session that failed may be rated like any other. There is one rating for each session, and no text: stars from 1 to
5, overall and for reliability, quality, speed, communication and safety.`,
  options: [
    { flags: '--receipt <file>', says: 'the receipt that both sides signed', required: true },
    { flags: '--overall <stars>', says: '1 to 5', parse: positiveInteger, required: true },
    {
      flags: '--dimensions <stars>',
      says: 'reliability, quality, speed, communication and safety: 5,4,4,5,5',
      required: true,
    },
    { flags: '--not-again', says: 'would not work with it again' },
    { flags: '--days <n>', says: 'how long it counts, 365 at most', parse: positiveInteger, default: 180 },
    SIGN_ONE,
    OUT,
  ],
  examples: [
    {
      line: 'ttp trust attest --receipt receipt.json --overall 4 --dimensions 5,4,4,5,5 --sign alice.json --out rating.json',
      says: 'it went well',
    },
  ],
  load: () => import('../commands/trust/attest.js'),
};

const retract: Verb = {
  name: 'trust retract',
  summary: 'Take an attestation back. A tombstone stays, and nobody gains by it.',
  description: `A good rating that is taken back counts as a neutral one, a bad one stays as bad as it was, and the session is not rated
again.`,
  arguments: [{ name: '<file>', says: 'the attestation' }],
  options: [
    {
      flags: '--reason <reason>',
      says: 'why',
      choices: ['mistaken', 'wrong-session', 'disputed', 'withdrawn'],
      required: true,
    },
    SIGN_ONE,
    OUT,
  ],
  examples: [
    {
      line: 'ttp trust retract rating.json --reason mistaken --sign alice.json --out retraction.json',
      says: 'it was somebody else',
    },
  ],
  load: () => import('../commands/trust/retract.js'),
};

const share: Verb = {
  name: 'trust share',
  summary: 'Decide with whom to share what others attested: none, peers or public.',
  description: 'All of it or none of it: a selection would be a lie. Whoever says nothing shares nothing.',
  arguments: [{ name: '<share>', says: 'with whom', choices: ['none', 'peers', 'public'] }],
  options: [SIGN_ONE, OUT],
  examples: [{ line: 'ttp trust share public --sign bob.json --out share.json', says: 'with everybody' }],
  load: () => import('../commands/trust/share.js'),
};

const vouch: Verb = {
  name: 'trust vouch',
  summary: 'Stand up for an identity, as an operator or as its publisher.',
  description: `A vouch of an operator who may sign policies, or of the publisher above the identity, opens for a time what score alone
does not. An operator may also say how the identity was verified, which is what its own ratings weigh.`,
  arguments: [{ name: '<did>', says: 'whom' }],
  options: [
    { flags: '--days <n>', says: 'for how long', parse: positiveInteger, required: true },
    {
      flags: '--tier <tier>',
      says: 'how it was verified; for operators alone',
      choices: [
        'institutional',
        'enhanced',
        'highTrust',
        'basic',
        'standard',
        'lowTrust',
        'provisional',
        'unverified',
      ],
    },
    SIGN_ONE,
    OUT,
  ],
  examples: [
    {
      line: 'ttp trust vouch did:ttp:agent:Qm... --days 30 --tier enhanced --sign operator.json --out vouch.json',
      says: 'for a month',
    },
  ],
  load: () => import('../commands/trust/vouch.js'),
};

const show: Verb = {
  name: 'trust show',
  summary: 'Show what is attested of an identity, as far as it shares that, and what it comes to.',
  description: `Every statement is verified by the keys of who signed it: key logs from a storage or --with. What does not count is
named. Without --for subject only what the identity shares with everybody is shown.`,
  arguments: [{ name: '<did>', says: 'whose' }],
  options: [
    ...STATEMENTS,
    {
      flags: '--for <audience>',
      says: 'who asks',
      choices: ['subject', 'peers', 'public'],
      default: 'public',
    },
  ],
  exits: { 1: 'not shared' },
  examples: [
    {
      line: 'ttp trust show did:ttp:agent:Qm... --statements all.json --root did:ttp:agent:Qm... --store ttp.db',
      says: 'by what a storage knows of keys',
    },
  ],
  load: () => import('../commands/trust/show.js'),
};

const exportVerb: Verb = {
  name: 'trust export',
  summary: 'Write an attestation as a W3C Verifiable Credential 2.0.',
  description: `Only where its subject shares it with everybody and nobody took it back. With --key it gets an eddsa-jcs-2022 proof by a
key of its own under the name of the issuer: the key of an identity signs nothing for other systems.`,
  arguments: [{ name: '<did>', says: 'the subject' }],
  options: [
    { flags: '--vc', says: 'as a Verifiable Credential', required: true },
    { flags: '--attestation <id>', says: 'the id that ttp trust attest printed: sha256:...', required: true },
    ...STATEMENTS,
    { flags: '--key <file>', says: 'the key file to sign it with, from ttp key create' },
    { flags: '-o, --out <file>', says: 'the file to write; it must not exist' },
  ],
  exits: { 1: 'not shared, retracted or not known' },
  examples: [
    {
      line: 'ttp trust export did:ttp:agent:Qm... --vc --attestation sha256:... --statements all.json --store ttp.db --key assertion.json --out vc.json',
      says: 'signed',
    },
  ],
  load: () => import('../commands/trust/export.js'),
};

const report: Verb = {
  name: 'trust report',
  summary: 'Compute the score of facts: as text, as JSON, as a picture and as a badge.',
  description: `The facts are those of score.trust in docs/trust.md, and history, the totals before in basis points, for the picture.
Somebody who is blocked gets a badge that says revoked, and no score.`,
  arguments: [{ name: '<file>', says: 'the facts as JSON; - for standard input' }],
  options: [
    { flags: '--svg <file>', says: 'write the picture; the file must not exist' },
    { flags: '--badge <file>', says: 'write the badge; the file must not exist' },
    { flags: '--theme <theme>', says: 'of both', choices: ['light', 'dark'], default: 'light' },
    { flags: '--style <style>', says: 'of the badge', choices: ['flat', 'detailed'], default: 'flat' },
    { flags: '--address <text>', says: 'where it can be verified, as the badge says it', default: '' },
    { flags: '--transactions <n>', says: 'as the badge says it', parse: wholeNumber, default: 0 },
    { flags: '--since <time>', says: 'since when it is verified, UTC; now unless given', parse: utcTime },
  ],
  examples: [
    {
      line: 'ttp trust report facts.json --svg report.svg --badge badge.svg --style detailed --theme dark',
      says: 'as text, and both pictures',
    },
  ],
  load: () => import('../commands/trust/report.js'),
};

export const trust: readonly Verb[] = [receipt, attest, retract, share, vouch, show, exportVerb, report];
