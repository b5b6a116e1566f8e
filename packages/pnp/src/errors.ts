/** Error codes of @ttp/pnp, each with what it means. Codes are the API; messages are for people. */
export const PNP_ERRORS = {
  PNP_BAD_MESSAGE: 'The body of a message of a negotiation has not the shape that its type demands.',
  PNP_UNKNOWN_FIELD: 'The body has a member that the version does not know; every member is critical.',
  PNP_UNKNOWN_VERSION:
    'The message is of another version of the protocol; there is no negotiation downwards.',
  PNP_UNKNOWN_TYPE: 'The envelope is none of the six messages of a negotiation.',
  PNP_UNKNOWN_CAPABILITY: 'A policy requires or offers a capability that is in no registry.',
  PNP_SELF: 'The two parties of a negotiation are one.',
  PNP_REFLECTED: 'The message is one of the reader itself, sent back.',
  PNP_FOREIGN_PARTY: 'The message comes from somebody who is no party to the negotiation.',
  PNP_OTHER_SESSION: 'The message belongs to another session.',
  PNP_REPLAYED: 'The message was received before, and is not the last one.',
  PNP_SESSION_USED: 'A negotiation of this session is stored already, or another process goes on with it.',
  PNP_NO_SESSION: 'No negotiation of this session is stored.',
  PNP_CHAIN: 'The message does not follow the last message of this session.',
  PNP_OUT_OF_TURN: 'The event has no transition in this state of the negotiation.',
  PNP_ROUND: 'The message does not belong to the round that it would have to.',
  PNP_ROUNDS_EXCEEDED: 'A counter would open a fourth round.',
  PNP_EXPIRED: 'The round or the session is over: its deadline has passed.',
  PNP_BAD_DEADLINE: 'The deadline of the offer is further ahead than a session may last.',
  PNP_POLICY_HASH: 'The text of a policy has not the hash that stands beside it.',
  PNP_DOWNGRADE: 'The agreement is not the meet of the last policies of both sides.',
  PNP_TRANSCRIPT: 'The certificate does not cover the messages of this session.',
  PNP_BAD_CERTIFICATE: 'The certificate of an agreement does not say what it has to.',
  PNP_TOO_MANY_LAYERS: 'An agreement would have more than 8 policies.',
  PNP_CONFLICT: 'The policies have no common ground, or the agreement is below the floor of a side.',
  PNP_BAD_STATE: 'The stored state of a negotiation is malformed, or of another version.',
  PNP_BAD_PROPOSALS: 'A side brings no policy to propose, or more than it could propose.',
  PNP_FLOODED: 'More than 256 messages of one negotiation had to be refused.',
  PNP_CLOSED: 'The connection ended before the negotiation did.',
  PNP_FAULT: 'A port failed, or something threw that has no code.',
} as const;

/** The closed list of codes that @ttp/pnp throws or gives as a reason. */
export type PnpErrorCode = keyof typeof PNP_ERRORS;
