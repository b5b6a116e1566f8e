// @ttp/score is no dependency of this package: a report comes from its built form.
export { NO_BEHAVIOR, trustReport } from '../../packages/score/dist/index.js';
