/** Largest answer that is passed on: 1 MiB of JSON (VALUE_MAX_UNITS of @ttp/guard: more could not be scanned). */
export const RESULT_MAX_BYTES = 1_048_576;

/** Largest message that is read from a server over stdio: 4 MiB. A longer one ends the session. */
export const MESSAGE_MAX_BYTES = 4_194_304;

/** How long a server may take to start and to introduce itself: 30 s. */
export const CONNECT_TIMEOUT_MS = 30_000;

/** How long a server may take for one listing of its tools: 4 s, below the 5 s that evidence may take (EVIDENCE_TIMEOUT_MS of @ttp/sdk). */
export const LISTING_TIMEOUT_MS = 4000;

/** How long a server may be silent during one request, unless configured: 60 s. Progress starts it again. */
export const CALL_TIMEOUT_MS = 60_000;

/** How long one request may take in all, whatever progress it reports: 10 min. */
export const CALL_TOTAL_TIMEOUT_MS = 600_000;

/** How long the agent may take to answer its server; a human may be asked: 10 min. */
export const CLIENT_TIMEOUT_MS = 600_000;

/** How long a tool that was compared with its pin may be relied on: 2 s. A call that waits longer, for a human, compares again. */
export const PIN_VALID_MS = 2000;

/** Most tools that one server may list: 1024. */
export const TOOLS_MAX = 1024;

/** Most pages that one listing of tools may have: 64. */
export const TOOL_PAGES_MAX = 64;

/** Most tools that are remembered of one server, quarantined ones included: 2048. Further ones are refused without a record. */
export const PINS_MAX = 2048;

/** Longest name of a tool: 128 characters (MCP 2025-11-25, tool names). */
export const TOOL_NAME_MAX_CHARS = 128;

/** Longest name of a prompt or URI of a resource: 8192 characters. */
export const ADDRESS_MAX_CHARS = 8192;

/** Attempts to write pins against other writers before giving up: 8. */
export const PIN_WRITE_ATTEMPTS = 8;

/** Messages that are held back until the server behind the gateway is ready: 16. More end the session. */
export const HELD_MESSAGES_MAX = 16;

/** JSON-RPC error code of what the gateway refuses: -32080 (server-defined range; none of MCP's own). */
export const REFUSED_JSONRPC_CODE = -32_080;

/** How long the end of a session waits for calls that are under way, so that their outcomes are recorded: 2 s. */
export const CLOSE_WAIT_MS = 2000;

/** Requests of one agent, or of one server, that may be under way at once: 64. Further ones are refused. */
export const REQUESTS_MAX = 64;

/** How much a server may say unasked, notifications and progress: 1000 messages within {@link FLOOD_WINDOW_MS}. More end the session. */
export const FLOOD_MESSAGES_MAX = 1000;

/** The same in size: 16 MiB of JSON within {@link FLOOD_WINDOW_MS}. */
export const FLOOD_BYTES_MAX = 16_777_216;

/** The window in which what a server says unasked is counted: 10 s. */
export const FLOOD_WINDOW_MS = 10_000;

/** Faults of one session that are recorded, beside those that answer a call: 32. Further ones are told, but not recorded. */
export const FAULTS_RECORDED_MAX = 32;

/** Sessions over HTTP at once, unless configured: 64. Each has a connection, or a process, of its own to the server. */
export const HTTP_SESSIONS_MAX = 64;

/** Requests over HTTP that are being answered at once, open streams included, in all sessions: 1024. */
export const HTTP_EXCHANGES_MAX = 1024;

/** Largest body of a request over HTTP: 4 MiB. */
export const HTTP_BODY_MAX_BYTES = 4_194_304;

/** How long a session over HTTP lives without a request or an open stream, unless configured: 30 min. */
export const HTTP_IDLE_MS = 1_800_000;

/** How often sessions over HTTP are looked at for idleness and for a kill: every 250 ms, like the kill record itself. */
export const HTTP_WATCH_MS = 250;

/** Events of one session that are kept for an agent that lost its stream: 512. */
export const HTTP_EVENTS_MAX = 512;

/** The same in size: 4 MiB of JSON. The eldest go first. */
export const HTTP_EVENTS_MAX_BYTES = 4_194_304;

/** How much of a stream may wait for an agent that reads slowly: 8 MiB. Then it is cut off. */
export const HTTP_BACKLOG_MAX_BYTES = 8_388_608;

/** After what time an agent that lost a stream is asked to come back: 1 s. */
export const HTTP_RETRY_MS = 1000;

/** A server that ends its streams is asked for them again after 500 ms at the earliest, whatever it says. */
export const RECONNECT_MIN_MS = 500;

/** And after 1 min at the latest. */
export const RECONNECT_MAX_MS = 60_000;

/** How long a server may keep the stream of a request open that it has answered: 2 s. */
export const ANSWERED_STREAM_MS = 2000;

/** How long a client may take to send the head of a request: 10 s. */
export const HTTP_HEAD_TIMEOUT_MS = 10_000;

/** How long a client may take to send a whole request: 30 s. */
export const HTTP_REQUEST_TIMEOUT_MS = 30_000;

/** Connections that are accepted at once: 1024. */
export const HTTP_CONNECTIONS_MAX = 1024;

/** Shortest bearer token of the front: 16 characters. */
export const HTTP_TOKEN_MIN_CHARS = 16;

/** Largest definition of a quarantined tool that is kept for those who judge it: 64 KiB. */
export const QUARANTINE_DEFINITION_MAX_BYTES = 65_536;

/** Longest key log, challenge response or other signed text that the MCP server of TTP reads: 200 000 characters (KEY_LOG_MAX_CHARS of @ttp/did, and white space). */
export const IDENTITY_TEXT_MAX_CHARS = 200_000;

/** Challenges of the MCP server of TTP that may wait for a response: 64. Further ones are refused. */
export const CHALLENGES_MAX = 64;

/** Most findings that one answer of the MCP server of TTP names: 100. */
export const FINDINGS_MAX = 100;

/** Most entries of the log in one answer of the MCP server of TTP: 100. */
export const AUDIT_ENTRIES_MAX = 100;

/** Size of such an answer, in characters of JSON: 256 Ki. The entry that exceeds it begins the next answer. */
export const AUDIT_ANSWER_MAX_CHARS = 262_144;

/** Largest bundle that the MCP server of TTP verifies: 2 Mi characters. Larger ones are for `ttp verify`. */
export const BUNDLE_MAX_CHARS = 2_097_152;

/** Largest statement of who answers for a tool: 16 KiB. */
export const PROVENANCE_MAX_BYTES = 16_384;

/** Least score of a tool where scores are demanded and no other is named: 50 (ttp-protocol.txt L2435). */
export const MIN_TRUST_SCORE = 50;
