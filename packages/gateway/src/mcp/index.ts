export { GATEWAY_ERRORS, type GatewayErrorCode } from '../errors.js';
export {
  CALL_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  PINS_MAX,
  RESULT_MAX_BYTES,
  TOOLS_MAX,
} from '../limits.js';
export { listQuarantined, placeToolRelease, type ServersTool } from './from-outside.js';
export { type McpGateway, type McpGatewayOptions, openMcpGateway } from './gateway.js';
export type { Admission } from './http/admission.js';
export { createMcpHttpFront, type McpHttpFront, type McpHttpOptions } from './http/front.js';
export { type Answering, type ListenOptions, listenMcpHttp, type McpHttpListener } from './http/listen.js';
export type { HttpUpstream } from './http-upstream.js';
export { type Intent, signIntent, verifyIntent } from './intent.js';
export { type ServerIdentity, toolDigest } from './listing.js';
export type { QuarantinedTool } from './pin-book.js';
export { type ProvenanceRequirement, signToolProvenance, type ToolProvenance } from './provenance.js';
export { signToolRelease, type ToolRelease } from './release.js';
export {
  type TessoriumAgent,
  type TessoriumGatewayOptions,
  TessoriumMCPGateway,
  type ToolTrustRequirements,
} from './tessorium.js';
export type { StdioUpstream, Upstream } from './upstream.js';
export type { ToolRequirements, TrustRequirement } from './vetting.js';
export { type ConnectableServer, type ProtectedMcpServer, wrapMcpServer } from './wrap-server.js';
