#!/usr/bin/env node
// Starts the conformance adapter from a clone of the repository, on any Node from 18 on: tools/run.mjs brings what is
// missing, and says so on standard error. Standard input and output are the protocol's.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const run = fileURLToPath(new URL('../tools/run.mjs', import.meta.url));
const child = spawn(process.execPath, [run, 'conformance'], { stdio: 'inherit' });
child.on('error', (error) => {
  console.error(`conformance: ${error.message}`);
  process.exitCode = 3;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 3;
});
