import { type Areas, allDigits, digits } from './asked.js';

/** Trees, proofs, notes and bundles. */
export const LOG_AREAS: Areas = {
  'merkle/root': ({ entries = null, expect }) => ({
    request: { op: 'merkle.root', leaves: entries },
    result: { root: digits(expect) },
  }),
  'merkle/inclusion': ({ leafHash, hashes, root, index = null, size = null, expect = null }) => ({
    request: {
      op: 'merkle.verifyInclusion',
      leafHash: digits(leafHash),
      proof: allDigits(hashes),
      root: digits(root),
      index,
      size,
    },
    result: { valid: expect },
  }),
  'merkle/consistency': ({ hashes, root1, root2, size1 = null, size2 = null, expect = null }) => ({
    request: {
      op: 'merkle.verifyConsistency',
      size1,
      size2,
      root1: digits(root1),
      root2: digits(root2),
      proof: allDigits(hashes),
    },
    result: { valid: expect },
  }),
  'merkle/bundle': ({ trust = null, bundle = null, code, line = null }) => {
    const request = { op: 'trace.verify', text: bundle, trust: { logKeys: [trust] } };
    return typeof code === 'string'
      ? {
          request,
          result: { valid: false, findings: [{ code, line }] },
          isPart: true,
          goesOn: true, // one damage can be the reason of more than one finding
        }
      : { request, result: { valid: true, findings: [] }, isPart: true };
  },
};
