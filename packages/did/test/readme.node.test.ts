import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { createReplayGuard } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { createChallenge, createIdentity, memoryResolver, respondToChallenge } from '../src/index.js';

it('the example of the README runs, on the system\u2019s clock and randomness', async () => {
  proves('did.challenge.verify');
  const alice = await createIdentity({ type: 'agent', random, clock });
  const bob = await createIdentity({ type: 'agent', random, clock });
  const resolver = memoryResolver();
  for (const { keyLog } of [alice, bob]) await resolver.add(keyLog);

  const guard = { alice: createReplayGuard({ bootAt: 0 }), bob: createReplayGuard({ bootAt: 0 }) };
  const pending = await createChallenge({ verifier: alice, prover: bob.did, clock, random });
  const verifier = await resolver.resolve(alice.did);
  const { challenge } = pending;
  const response = await respondToChallenge({
    challenge,
    prover: bob,
    verifier,
    clock,
    random,
    replay: guard.bob,
  });
  const document = await resolver.resolve(bob.did);
  expect(pending.verify({ response, document, replay: guard.alice })).toMatchObject({
    verified: true,
    did: bob.did,
    identityScore: 40,
  });
});
