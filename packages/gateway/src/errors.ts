/** Error codes of @ttp/gateway, each with what it means. */
export const GATEWAY_ERRORS = {
  GATEWAY_BAD_OPTION: 'An option of the gateway is not what it has to be.',
  GATEWAY_BAD_REQUEST: 'The request is not one that the protocol knows, or is malformed.',
  GATEWAY_CANCELLED: 'Whoever asked no longer wants an answer.',
  GATEWAY_UPSTREAM_UNREACHABLE:
    'The server behind the gateway could not be started or did not introduce itself.',
  GATEWAY_UPSTREAM_CLOSED: 'The connection to the server ended before it answered.',
  GATEWAY_UPSTREAM_TIMEOUT: 'The server did not answer in time.',
  GATEWAY_UPSTREAM_INVALID: 'The server answered something that the protocol does not allow.',
  GATEWAY_CLIENT_CLOSED: 'The connection to the agent ended before it answered.',
  GATEWAY_CLIENT_TIMEOUT: 'The agent did not answer in time.',
  GATEWAY_CLIENT_INVALID: 'The agent answered something that the protocol does not allow.',
  GATEWAY_RESULT_TOO_LARGE: 'The answer is larger than what can be scanned, so it is not passed on.',
  GATEWAY_TOOLS_TOO_MANY: 'The server lists more tools, or more pages of them, than can be pinned.',
  GATEWAY_TOOL_UNKNOWN: 'The server lists no such tool now.',
  GATEWAY_TOOL_QUARANTINED: 'The tool is in quarantine until an operator releases it.',
  GATEWAY_TOOL_CHANGED: 'The tool is no longer what was pinned.',
  GATEWAY_TOOL_ADDED: 'The tool appeared after the tools of its server were pinned.',
  GATEWAY_TOOL_DUPLICATE: 'The server lists several tools of this name.',
  GATEWAY_TOOL_COLLISION: 'Another server of the same store has a tool of this name.',
  GATEWAY_TOOL_NAME: 'The name of the tool is not 1 to 128 letters, digits, dots, hyphens and underscores.',
  GATEWAY_TOOL_HIDDEN_TEXT: 'The definition of the tool holds characters that people do not see.',
  GATEWAY_TOOL_UNRELEASABLE: 'What is wrong with the tool cannot be approved, only repaired by its server.',
  GATEWAY_PINS_UNREADABLE:
    'The stored pins cannot be read; without them no tool can be told from a changed one.',
  GATEWAY_PINS_RACE: 'Other processes kept writing the same pins.',
  GATEWAY_RELEASE_INVALID: 'The order is not a release of one tool.',
  GATEWAY_RELEASE_MISMATCH:
    'The order is about another server, or another definition than the one in quarantine.',
  GATEWAY_RELEASE_REPLAYED: 'The order is not younger than the last release of this tool.',
  GATEWAY_BUSY: 'As many requests are under way as may be.',
  GATEWAY_ID_REUSED: 'A request of this id is under way.',
  GATEWAY_UPSTREAM_FLOOD: 'The server said more unasked than is relayed, which ended the session.',
  GATEWAY_HTTP_HOST: 'The request names a host that this gateway does not answer for.',
  GATEWAY_HTTP_ORIGIN: 'The request comes from a web page of a foreign origin.',
  GATEWAY_HTTP_UNAUTHORIZED: 'The request has no bearer token, or a wrong one.',
  GATEWAY_HTTP_BODY_TOO_LARGE: 'The body of the request is larger than what is read.',
  GATEWAY_HTTP_VERSION: 'The request names a protocol version that is not spoken here.',
  GATEWAY_SESSION_UNKNOWN: 'There is no such session, or no longer.',
  GATEWAY_SESSIONS_FULL: 'As many sessions are open as may be.',
  GATEWAY_CLOSING: 'The gateway is closing.',
  GATEWAY_LISTEN_FAILED: 'The address cannot be listened on.',
  GATEWAY_SERVER_FAILED: 'A tool of the MCP server of TTP failed for a reason of its own.',
  GATEWAY_OPERATORS_ABSENT: 'No operators are configured, so nobody can release a tool.',
} as const;

/** The closed list of codes that @ttp/gateway throws or returns. */
export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;
