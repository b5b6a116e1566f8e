/** The member of the `_meta` of a tool's definition that holds what somebody signed for it, as text. */
export const PROVENANCE_MEMBER = 'ttp/provenance';
