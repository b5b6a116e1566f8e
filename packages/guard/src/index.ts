export { GUARD_ERRORS, type GuardErrorCode } from './errors.js';
export { applyTransform } from './transform/apply.js';
export { transformHandler } from './transform/handler.js';
