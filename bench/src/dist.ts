// @ttp/score is no dependency of this package: what is measured of it comes from its built form.
export {
  analyseGaming,
  isTrustReport,
  judgeRatings,
  NO_BEHAVIOR,
  trustFlow,
  trustReport,
} from '../../packages/score/dist/index.js';
