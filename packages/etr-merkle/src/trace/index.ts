export { type AccessRecord, accessEvent, openAccessRecord, signAccessRecord } from './access-record.js';
export {
  ACTION_TYPES,
  type ActionType,
  actionOf,
  PROCESSING_GROUPS,
  type ProcessingGroup,
  recordOfProcessing,
} from './action-type.js';
export { alertFaults, type LogAlert } from './alert.js';
export { type Absence, BUNDLE, type Manifest, type Scope } from './bundle.js';
export { bundleEntries, bundlePayloads } from './bundle-content.js';
export type { TraceSummary } from './chains.js';
export type { ExportOptions } from './export.js';
export type { Entry, EntryFilter } from './filter.js';
export { type CheckResult, type Finding, TRACE_CHECKS, type TraceCheck } from './findings.js';
export { type FsckOptions, type FsckProgress, fsck } from './fsck.js';
export type { Fault, FsckReport } from './fsck-report.js';
export { type Leaf, parseLeaf } from './leaf.js';
export type { LifeContext, TraceLife } from './life.js';
export type { Held, Hold } from './life-store.js';
export { type LogReader, type LogReaderOptions, openLogReader } from './log-reader.js';
export { openRecorder } from './log-recorder.js';
export { isTamperEvident, STORAGE_MODES, type StorageMode } from './mode.js';
export { commitment, type Payload } from './payload.js';
export {
  type InteractionReceipt,
  RECEIPT_ASSERTS,
  RECEIPT_DOES_NOT_ASSERT,
  readReceipt,
} from './receipt.js';
export type {
  RecorderFaults,
  RecorderOptions,
  SealedTrace,
  TraceRecorder,
} from './recorder.js';
export type { RetentionRule, Term } from './retention.js';
export type { TraceReport, TraceTrust, TrustedLog } from './trace-report.js';
export {
  type VerifyOptions,
  type VerifyProgress,
  verifyTrace,
  verifyTraceStream,
} from './verify-trace.js';
