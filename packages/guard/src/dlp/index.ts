export { dlpHandler } from './handler.js';
export { type DlpReport, REDACTED, type Redaction, redactJson, scanJson } from './redact.js';
export { DLP_RULES, type DlpAction, type DlpRule, type DlpSeverity } from './rules.js';
export { type DlpFinding, scanText } from './scan.js';
