export { GATEWAY_ERRORS, type GatewayErrorCode } from '../errors.js';
export { AUDIT_ENTRIES_MAX, BUNDLE_MAX_CHARS } from '../limits.js';
export type { Admission } from '../mcp/http/admission.js';
export {
  type Answering,
  type ListenOptions,
  listenMcpHttp,
  type McpHttpListener,
} from '../mcp/http/listen.js';
export { createMcpServerFront } from './front.js';
export { type McpServer, openMcpServer } from './server.js';
export type { McpServerOptions } from './tools.js';
