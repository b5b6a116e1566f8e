import { expectNothingLost } from './expect-nothing-lost.js';

expectNothingLost('shard 2', { workloads: 5, withHumans: false, atLeast: 1900 });
