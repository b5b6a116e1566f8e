import { expectNothingLost } from './expect-nothing-lost.js';

expectNothingLost('humans', { workloads: 3, withHumans: true, atLeast: 1100 });
