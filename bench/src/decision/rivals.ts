import { AgentMeshClient } from '@microsoft/agent-governance-sdk';
import {
  createActionIntent,
  createDelegation,
  createPolicyReceipt,
  createReceipt,
  evaluateIntent,
  FloorValidatorV1,
  generateKeyPair,
} from 'agent-passport-system';
import { RULES } from './world.ts';

/** The client of the governance kit with a rule for each folder. Its patterns end in `.*` and have no other wildcard. */
export function agentMesh(): AgentMeshClient {
  return AgentMeshClient.create('bench', {
    policyRules: Array.from({ length: RULES }, (_, i) => ({
      action: `read.projects.p${i}.*`,
      effect: 'allow' as const,
    })),
  });
}

export const meshAction = (i: number): string => `read.projects.p${i % RULES}.notes`;

/** An agent with a signed delegation, and a gateway's key: what the passport system needs for one decision. */
export interface Passport {
  /** A signed intent and a signed decision about it. */
  decide(scope?: string): { readonly verdict: string };
  /** The same, and after the effect a signed receipt and a receipt over all three. */
  whole(): unknown;
  /** The record of the delegation that a host hands to the validator. */
  readonly delegation: { revoked: boolean };
  readonly delegationId: string;
  readonly principalKey: string;
}

export function passport(): Passport {
  const [principal, agent, gateway] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
  const scope = Array.from({ length: RULES }, (_, i) => `read:p${i}`);
  const delegation = createDelegation({
    delegatedTo: agent.publicKey,
    delegatedBy: principal.publicKey,
    scope,
    privateKey: principal.privateKey,
  });
  const { delegationId, expiresAt } = delegation;
  const held = { scope, expiresAt, revoked: false, currentDepth: 0, maxDepth: 1 };
  const validator = new FloorValidatorV1();
  let calls = 0;

  function begin(wanted = `read:p${calls++ % RULES}`) {
    const intent = createActionIntent({
      agentId: 'bench',
      agentPublicKey: agent.publicKey,
      delegationId,
      action: { type: 'read', target: 'notes', scopeRequired: wanted },
      privateKey: agent.privateKey,
    });
    const decision = evaluateIntent({
      intent,
      validator,
      validationContext: {
        floorVersion: '1',
        floorPrinciples: [],
        delegation: held,
        agentRegistered: true,
        agentAttestationValid: true,
      },
      evaluatorId: 'gateway',
      evaluatorPublicKey: gateway.publicKey,
      evaluatorPrivateKey: gateway.privateKey,
    });
    return { intent, decision, wanted };
  }

  return {
    delegation: held,
    delegationId,
    principalKey: principal.privateKey,
    decide: (wanted) => begin(wanted).decision,
    whole() {
      const { intent, decision, wanted } = begin();
      const receipt = createReceipt({
        agentId: 'bench',
        delegationId,
        delegation,
        action: { type: 'read', target: 'notes', scopeUsed: wanted },
        result: { status: 'success', summary: 'done' },
        delegationChain: [principal.publicKey, agent.publicKey],
        privateKey: agent.privateKey,
      });
      return createPolicyReceipt({ intent, decision, receipt, verifierPrivateKey: gateway.privateKey });
    },
  };
}
