/** What a verb looks like, in a policy and in a call map alike. There is no wildcard: `*` would be a name nobody calls. */
export const ACTION: RegExp = /^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/;
