export { type Absence, BUNDLE, type Manifest, type Scope } from './bundle.js';
export { bundleEntries, bundlePayloads } from './bundle-content.js';
export type { TraceSummary } from './chains.js';
export type { ExportOptions } from './export.js';
export type { Entry, EntryFilter } from './filter.js';
export { type CheckResult, type Finding, TRACE_CHECKS, type TraceCheck } from './findings.js';
export { type Leaf, parseLeaf } from './leaf.js';
export { type LogReader, type LogReaderOptions, openLogReader } from './log-reader.js';
export { openRecorder } from './log-recorder.js';
export { commitment, type Payload } from './payload.js';
export type {
  EraseContext,
  RecorderFaults,
  RecorderOptions,
  SealedTrace,
  TraceRecorder,
} from './recorder.js';
export { type TraceReport, type TraceTrust, type TrustedLog, verifyTrace } from './verify-trace.js';
