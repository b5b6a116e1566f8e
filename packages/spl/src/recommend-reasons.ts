/** Why a recommendation leaves a call out, each with what it means. */
export const OMISSION_CODES = {
  SPL_OMITTED_UNREAD: 'Its arguments are not in the trace: a secret was in them, or they are not disclosed.',
  SPL_OMITTED_STOPPED: 'It did not happen: killed, or blocked by a fault or a verdict.',
  SPL_OMITTED_SENSITIVE: 'Its target is sensitive: a person writes that rule.',
  SPL_OMITTED_RESOURCE: 'What it was done to cannot be normalised, or is too long or too deep for a rule.',
  SPL_OMITTED_PATTERN: 'A value in it would be a pattern or a reference where it stands in a policy.',
  SPL_OMITTED_AMBIGUOUS:
    'Its arguments do not name one resource, so no rule could be narrower than the tool.',
  SPL_OMITTED_SIZE: 'Its rule would make the policy larger than a policy may be.',
  SPL_OMITTED_SERVERS:
    'Two servers have a tool of this name, and what was seen of one would be permitted of both.',
} as const;

/** The closed list of codes of what a recommendation leaves out. */
export type OmissionCode = keyof typeof OMISSION_CODES;

/** Calls that a recommendation does not permit. */
export interface Omission {
  readonly code: OmissionCode;
  /** `<server>/<tool>`; undefined where it is not known. */
  readonly target?: string;
  readonly calls: number;
  /** Id of the first of them. */
  readonly first: string;
}

/** What is left out, counted by reason and tool. */
export interface Omissions {
  add(
    code: OmissionCode,
    call: { readonly id: string; readonly server?: string; readonly tool?: string },
  ): void;
  /** In the order of code and target. */
  list(): readonly Omission[];
}

export function createOmissions(): Omissions {
  const byKey = new Map<string, Omission>();
  return {
    add(code, { id, server, tool }) {
      const target = server === undefined || tool === undefined ? undefined : `${server}/${tool}`;
      const key = `${code} ${target ?? ''}`;
      const { calls = 0, first = id } = byKey.get(key) ?? {};
      byKey.set(key, { code, ...(target === undefined ? {} : { target }), calls: calls + 1, first });
    },
    list: () => [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, omission]) => omission),
  };
}
