// The whole SDK in any runtime of ES modules: a guarded call, a refused one, a kill, and the record of all of it.
import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { createIdentity } from '@ttp/did';
import { createTtp } from '@ttp/sdk';

const rules = [{ id: 'notes', effect: 'allow', resources: ['file:notes/**'], actions: ['read'] }];
const policy = { version: '1.0.0', rules, defaultEffect: 'deny' };
const callMap = {
  version: 1,
  tools: { read: { action: 'read', resource: { scheme: 'file', path: 'input.path' } } },
};
const identity = await createIdentity({ type: 'agent', random, clock });
const ttp = await createTtp({ identity, policy, callMap, storage: memory(), fresh: true });
const read = async (path) => {
  const { status, code = 'none' } = await ttp.a2t({ tool: 'read', input: { path } }, async (permit) => {
    permit.enter();
    return 'text';
  });
  return [status, code];
};
const allowed = await read('notes/plan.txt');
const denied = await read('secrets.txt');
ttp.kill(ttp.did, { reason: 'manual_operator_action' });
const killed = await read('notes/plan.txt');
await ttp.close();

const result = JSON.stringify({ allowed, denied, killed });
console.log(result);
if (globalThis.document !== undefined) document.title = result;
