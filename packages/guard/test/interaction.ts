import { asDid, asTraceId, type Did, type Interaction } from '@ttp/core';

export const AGENT: Did = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');
export const OTHER: Did = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');

export const interaction = (parts: Partial<Interaction> = {}): Interaction => ({
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  mode: 'a2t',
  trace: asTraceId('0af7651916cd43dd8448eb211c80319c'),
  agent: AGENT,
  target: 'tool',
  action: 'read',
  resource: 'file:/a',
  input: {},
  claims: {},
  at: 1_700_000_000_000,
  ...parts,
});
