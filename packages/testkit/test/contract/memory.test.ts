import { memory } from '@ttp/adapters/memory';
import { logContract, storeContract } from '../../src/index.js';

storeContract('memory', async () => ({ storage: memory() }));
logContract('memory', async () => ({ storage: memory() }));
