// @ttp/gateway/mcp

export interface Admission {
    readonly hosts?: readonly string[];
    readonly origins?: readonly string[];
    readonly token?: string;
}
export type Answering = Pick<McpHttpFront, 'handle' | 'close'>;
export declare const CALL_TIMEOUT_MS = 60000;
export declare const CONNECT_TIMEOUT_MS = 30000;
export interface ConnectableServer {
    connect(transport: Transport): Promise<void>;
    close(): Promise<void>;
}
export declare const GATEWAY_ERRORS: {
    readonly GATEWAY_BAD_OPTION: 'An option of the gateway is not what it has to be.';
    readonly GATEWAY_BAD_REQUEST: 'The request is not one that the protocol knows, or is malformed.';
    readonly GATEWAY_CANCELLED: 'Whoever asked no longer wants an answer.';
    readonly GATEWAY_UPSTREAM_UNREACHABLE: 'The server behind the gateway could not be started or did not introduce itself.';
    readonly GATEWAY_UPSTREAM_CLOSED: 'The connection to the server ended before it answered.';
    readonly GATEWAY_UPSTREAM_TIMEOUT: 'The server did not answer in time.';
    readonly GATEWAY_UPSTREAM_INVALID: 'The server answered something that the protocol does not allow.';
    readonly GATEWAY_CLIENT_CLOSED: 'The connection to the agent ended before it answered.';
    readonly GATEWAY_CLIENT_TIMEOUT: 'The agent did not answer in time.';
    readonly GATEWAY_CLIENT_INVALID: 'The agent answered something that the protocol does not allow.';
    readonly GATEWAY_RESULT_TOO_LARGE: 'The answer is larger than what can be scanned, so it is not passed on.';
    readonly GATEWAY_TOOLS_TOO_MANY: 'The server lists more tools, or more pages of them, than can be pinned.';
    readonly GATEWAY_TOOL_UNKNOWN: 'The server lists no such tool now.';
    readonly GATEWAY_TOOL_QUARANTINED: 'The tool is in quarantine until an operator releases it.';
    readonly GATEWAY_TOOL_CHANGED: 'The tool is no longer what was pinned.';
    readonly GATEWAY_TOOL_ADDED: 'The tool appeared after the tools of its server were pinned.';
    readonly GATEWAY_TOOL_DUPLICATE: 'The server lists several tools of this name.';
    readonly GATEWAY_TOOL_COLLISION: 'Another server of the same store has a tool of this name.';
    readonly GATEWAY_TOOL_NAME: 'The name of the tool is not 1 to 128 letters, digits, dots, hyphens and underscores.';
    readonly GATEWAY_TOOL_HIDDEN_TEXT: 'The definition of the tool holds characters that people do not see.';
    readonly GATEWAY_TOOL_UNRELEASABLE: 'What is wrong with the tool cannot be approved, only repaired by its server.';
    readonly GATEWAY_TOOL_UNPROVEN: 'Nobody whose tools are used answers for this definition of the tool.';
    readonly GATEWAY_TOOL_UNTRUSTED: 'The score of the tool is lower than what is demanded, or nobody knows it.';
    readonly GATEWAY_INTENT_INVALID: 'The intent of a call is not one, or is signed with the key of somebody else.';
    readonly GATEWAY_PINS_UNREADABLE: 'The stored pins cannot be read; without them no tool can be told from a changed one.';
    readonly GATEWAY_PINS_RACE: 'Other processes kept writing the same pins.';
    readonly GATEWAY_RELEASE_INVALID: 'The order is not a release of one tool.';
    readonly GATEWAY_RELEASE_MISMATCH: 'The order is about another server, or another definition than the one in quarantine.';
    readonly GATEWAY_RELEASE_REPLAYED: 'The order is not younger than the last release of this tool.';
    readonly GATEWAY_BUSY: 'As many requests are under way as may be.';
    readonly GATEWAY_ID_REUSED: 'A request of this id is under way.';
    readonly GATEWAY_UPSTREAM_FLOOD: 'The server said more unasked than is relayed, which ended the session.';
    readonly GATEWAY_HTTP_HOST: 'The request names a host that this gateway does not answer for.';
    readonly GATEWAY_HTTP_ORIGIN: 'The request comes from a web page of a foreign origin.';
    readonly GATEWAY_HTTP_UNAUTHORIZED: 'The request has no bearer token, or a wrong one.';
    readonly GATEWAY_HTTP_BODY_TOO_LARGE: 'The body of the request is larger than what is read.';
    readonly GATEWAY_HTTP_VERSION: 'The request names a protocol version that is not spoken here.';
    readonly GATEWAY_SESSION_UNKNOWN: 'There is no such session, or no longer.';
    readonly GATEWAY_SESSIONS_FULL: 'As many sessions are open as may be.';
    readonly GATEWAY_CLOSING: 'The gateway is closing.';
    readonly GATEWAY_LISTEN_FAILED: 'The address cannot be listened on.';
    readonly GATEWAY_SERVER_FAILED: 'A tool of the MCP server of TTP failed for a reason of its own.';
    readonly GATEWAY_OPERATORS_ABSENT: 'No operators are configured, so nobody can release a tool.';
};
export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;
export interface HttpUpstream {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
}
export interface Intent {
    readonly interaction: string;
    readonly trace: string;
    readonly target: string;
    readonly action: string;
    readonly resource: string;
    readonly input: Hash;
}
export interface ListenOptions {
    readonly host?: string;
    readonly port?: number;
    readonly onFault?: (fault: unknown) => void;
}
export interface McpGateway {
    readonly closed: Promise<void>;
    quarantined(): Promise<readonly QuarantinedTool[]>;
    release(order: Envelope | string): Promise<void>;
    close(): Promise<void>;
}
export interface McpGatewayOptions {
    readonly ttp: Ttp;
    readonly server: string;
    readonly upstream: Upstream;
    readonly downstream: Transport;
    readonly storage: Storage;
    readonly operators?: Operators;
    readonly callTimeoutMs?: number;
    readonly labels?: readonly string[];
    readonly requirements?: ToolRequirements;
    readonly ports?: {
        readonly clock?: Clock;
    };
    readonly onFault?: (fault: unknown) => void;
}
export interface McpHttpFront extends Pick<McpGateway, 'quarantined' | 'release' | 'close'> {
    handle(request: Request): Promise<Response>;
    sessions(): number;
}
export interface McpHttpListener {
    readonly url: string;
    close(): Promise<void>;
}
export interface McpHttpOptions extends Omit<McpGatewayOptions, 'upstream' | 'downstream' | 'ports'>, Admission {
    readonly upstream: StdioUpstream | HttpUpstream | (() => Transport);
    readonly sessionsMax?: number;
    readonly idleMs?: number;
    readonly ports?: {
        readonly clock?: Clock;
        readonly timer?: Timer;
        readonly random?: Random;
    };
}
export declare const PINS_MAX = 2048;
export interface ProtectedMcpServer {
    connect(transport: Transport): Promise<McpGateway>;
}
export interface ProvenanceRequirement {
    readonly resolver: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
    readonly publishers: readonly Did[];
    readonly known?: () => readonly (Revocation | Ruling)[];
}
export interface QuarantinedTool {
    readonly tool: string;
    readonly code: GatewayErrorCode;
    readonly digest: Hash;
    readonly pinned?: Hash;
    readonly definition?: JsonObject;
}
export declare const RESULT_MAX_BYTES = 1048576;
export interface ServerIdentity {
    readonly name: string;
    readonly version: string;
}
export interface ServersTool extends QuarantinedTool {
    readonly server: string;
}
export interface StdioUpstream {
    readonly command: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
}
export declare const TOOLS_MAX = 1024;
export interface TessoriumAgent {
    readonly mode: 'enforce' | 'observe' | 'hybrid';
    readonly agentDid: string;
    readonly privateKey?: string | Uint8Array;
    readonly kid?: string;
    readonly signer?: Signer;
}
export interface TessoriumGatewayOptions extends Pick<McpGatewayOptions, 'operators' | 'callTimeoutMs' | 'ports' | 'onFault' | 'labels'> {
    readonly tessorium: TessoriumAgent;
    readonly toolTrustRequirements?: ToolTrustRequirements;
    readonly ttp: Ttp;
    readonly storage: Storage;
    readonly server: string;
    readonly scoreOf: TrustRequirement['scoreOf'];
    readonly provenance?: ToolRequirements['provenance'];
}
export declare class TessoriumMCPGateway {
    #private;
    constructor({ tessorium, toolTrustRequirements, provenance, scoreOf, ...rest }: TessoriumGatewayOptions);
    wrapServer(mcpServer: ConnectableServer): ProtectedMcpServer;
}
export interface ToolProvenance {
    readonly tool: string;
    readonly digest: Hash;
}
export interface ToolRelease {
    readonly server: string;
    readonly tool: string;
    readonly digest: Hash;
}
export interface ToolRequirements {
    readonly provenance?: ProvenanceRequirement;
    readonly trust?: TrustRequirement;
    readonly intents?: Signer;
}
export interface ToolTrustRequirements {
    readonly minTrustScore?: number;
    readonly requireIntentAttestation?: boolean;
    readonly autoApprovalThreshold?: number;
}
export interface TrustRequirement {
    readonly minTrustScore?: number;
    readonly scoreOf: (tool: {
        readonly server: string;
        readonly tool: string;
        readonly digest: string;
        readonly publisher?: Did;
    }) => Promise<number | undefined>;
}
export type Upstream = StdioUpstream | HttpUpstream | Transport;
export declare function createMcpHttpFront(options: McpHttpOptions): McpHttpFront;
export declare function listQuarantined(store: Store): Promise<readonly ServersTool[]>;
export declare function listenMcpHttp(front: Answering, options?: ListenOptions): Promise<McpHttpListener>;
export declare function openMcpGateway(options: McpGatewayOptions): Promise<McpGateway>;
export declare function placeToolRelease(order: Envelope | string, { store, operators, now }: {
    readonly store: Store;
    readonly operators: Operators;
    readonly now: number;
}): Promise<void>;
export declare function signIntent({ id, trace, target, action, resource, input }: Interaction, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare function signToolProvenance({ tool, digest }: ToolProvenance, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare function signToolRelease({ server, tool, digest }: ToolRelease, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare const toolDigest: (definition: JsonObject, { name, version }: ServerIdentity) => Hash;
export declare const verifyIntent: (input: Envelope | string, options: {
    readonly keyOf: (kid: string) => Uint8Array | undefined;
    readonly now: number;
}) => Verified<Intent>;
export declare const wrapMcpServer: (server: ConnectableServer, options: Omit<McpGatewayOptions, 'upstream' | 'downstream'>) => ProtectedMcpServer;

// referred to

declare const TYPE = "ttp/intent@1";
declare const TYPE = "ttp/tool-provenance@1";
declare const TYPE = "ttp/tool-release@1";

// @ttp/gateway/mcp-server

export declare const AUDIT_ENTRIES_MAX = 100;
export interface Admission {
    readonly hosts?: readonly string[];
    readonly origins?: readonly string[];
    readonly token?: string;
}
export type Answering = Pick<McpHttpFront, 'handle' | 'close'>;
export declare const BUNDLE_MAX_CHARS = 2097152;
export declare const GATEWAY_ERRORS: {
    readonly GATEWAY_BAD_OPTION: 'An option of the gateway is not what it has to be.';
    readonly GATEWAY_BAD_REQUEST: 'The request is not one that the protocol knows, or is malformed.';
    readonly GATEWAY_CANCELLED: 'Whoever asked no longer wants an answer.';
    readonly GATEWAY_UPSTREAM_UNREACHABLE: 'The server behind the gateway could not be started or did not introduce itself.';
    readonly GATEWAY_UPSTREAM_CLOSED: 'The connection to the server ended before it answered.';
    readonly GATEWAY_UPSTREAM_TIMEOUT: 'The server did not answer in time.';
    readonly GATEWAY_UPSTREAM_INVALID: 'The server answered something that the protocol does not allow.';
    readonly GATEWAY_CLIENT_CLOSED: 'The connection to the agent ended before it answered.';
    readonly GATEWAY_CLIENT_TIMEOUT: 'The agent did not answer in time.';
    readonly GATEWAY_CLIENT_INVALID: 'The agent answered something that the protocol does not allow.';
    readonly GATEWAY_RESULT_TOO_LARGE: 'The answer is larger than what can be scanned, so it is not passed on.';
    readonly GATEWAY_TOOLS_TOO_MANY: 'The server lists more tools, or more pages of them, than can be pinned.';
    readonly GATEWAY_TOOL_UNKNOWN: 'The server lists no such tool now.';
    readonly GATEWAY_TOOL_QUARANTINED: 'The tool is in quarantine until an operator releases it.';
    readonly GATEWAY_TOOL_CHANGED: 'The tool is no longer what was pinned.';
    readonly GATEWAY_TOOL_ADDED: 'The tool appeared after the tools of its server were pinned.';
    readonly GATEWAY_TOOL_DUPLICATE: 'The server lists several tools of this name.';
    readonly GATEWAY_TOOL_COLLISION: 'Another server of the same store has a tool of this name.';
    readonly GATEWAY_TOOL_NAME: 'The name of the tool is not 1 to 128 letters, digits, dots, hyphens and underscores.';
    readonly GATEWAY_TOOL_HIDDEN_TEXT: 'The definition of the tool holds characters that people do not see.';
    readonly GATEWAY_TOOL_UNRELEASABLE: 'What is wrong with the tool cannot be approved, only repaired by its server.';
    readonly GATEWAY_TOOL_UNPROVEN: 'Nobody whose tools are used answers for this definition of the tool.';
    readonly GATEWAY_TOOL_UNTRUSTED: 'The score of the tool is lower than what is demanded, or nobody knows it.';
    readonly GATEWAY_INTENT_INVALID: 'The intent of a call is not one, or is signed with the key of somebody else.';
    readonly GATEWAY_PINS_UNREADABLE: 'The stored pins cannot be read; without them no tool can be told from a changed one.';
    readonly GATEWAY_PINS_RACE: 'Other processes kept writing the same pins.';
    readonly GATEWAY_RELEASE_INVALID: 'The order is not a release of one tool.';
    readonly GATEWAY_RELEASE_MISMATCH: 'The order is about another server, or another definition than the one in quarantine.';
    readonly GATEWAY_RELEASE_REPLAYED: 'The order is not younger than the last release of this tool.';
    readonly GATEWAY_BUSY: 'As many requests are under way as may be.';
    readonly GATEWAY_ID_REUSED: 'A request of this id is under way.';
    readonly GATEWAY_UPSTREAM_FLOOD: 'The server said more unasked than is relayed, which ended the session.';
    readonly GATEWAY_HTTP_HOST: 'The request names a host that this gateway does not answer for.';
    readonly GATEWAY_HTTP_ORIGIN: 'The request comes from a web page of a foreign origin.';
    readonly GATEWAY_HTTP_UNAUTHORIZED: 'The request has no bearer token, or a wrong one.';
    readonly GATEWAY_HTTP_BODY_TOO_LARGE: 'The body of the request is larger than what is read.';
    readonly GATEWAY_HTTP_VERSION: 'The request names a protocol version that is not spoken here.';
    readonly GATEWAY_SESSION_UNKNOWN: 'There is no such session, or no longer.';
    readonly GATEWAY_SESSIONS_FULL: 'As many sessions are open as may be.';
    readonly GATEWAY_CLOSING: 'The gateway is closing.';
    readonly GATEWAY_LISTEN_FAILED: 'The address cannot be listened on.';
    readonly GATEWAY_SERVER_FAILED: 'A tool of the MCP server of TTP failed for a reason of its own.';
    readonly GATEWAY_OPERATORS_ABSENT: 'No operators are configured, so nobody can release a tool.';
};
export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;
export interface ListenOptions {
    readonly host?: string;
    readonly port?: number;
    readonly onFault?: (fault: unknown) => void;
}
export interface McpHttpListener {
    readonly url: string;
    close(): Promise<void>;
}
export interface McpServer {
    readonly closed: Promise<void>;
    close(): Promise<void>;
}
export interface McpServerOptions {
    readonly ttp: Ttp;
    readonly storage: Storage;
    readonly identity?: Party;
    readonly ports?: {
        readonly clock?: Clock;
        readonly random?: Random;
    };
    readonly onFault?: (fault: unknown) => void;
}
export declare function createMcpServerFront(options: McpServerOptions & Admission): Front;
export declare function listenMcpHttp(front: Answering, options?: ListenOptions): Promise<McpHttpListener>;
export declare function openMcpServer(options: McpServerOptions & {
    readonly transport: Transport;
}): Promise<McpServer>;

// referred to

export interface McpGateway {
    readonly closed: Promise<void>;
    quarantined(): Promise<readonly QuarantinedTool[]>;
    release(order: Envelope | string): Promise<void>;
    close(): Promise<void>;
}
export interface McpHttpFront extends Pick<McpGateway, 'quarantined' | 'release' | 'close'> {
    handle(request: Request): Promise<Response>;
    sessions(): number;
}
export interface QuarantinedTool {
    readonly tool: string;
    readonly code: GatewayErrorCode;
    readonly digest: Hash;
    readonly pinned?: Hash;
    readonly definition?: JsonObject;
}
