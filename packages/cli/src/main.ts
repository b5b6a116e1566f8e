import { runCli } from './cli.js';
import { processIo } from './io.js';

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), processIo());
}

void main();
