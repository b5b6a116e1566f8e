import { runCli } from './cli.js';
import { EXIT } from './exit-codes.js';
import { processIo } from './io.js';

async function main(): Promise<void> {
  process.exitCode = EXIT.cannotRun; // whatever ends the process before there is an answer, it is no yes
  process.exitCode = await runCli(process.argv.slice(2), processIo());
}

void main();
