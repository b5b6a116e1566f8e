import { cpus, loadavg, totalmem } from 'node:os';

/** What a number has to be read against: the processor, the runtime, and how busy the machine was at the start. */
export function describeMachine(): string[] {
  const processors = cpus();
  const [load = 0] = loadavg();
  return [
    `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl}`,
    `load of the machine at the start (1 min): ${load.toFixed(2)}${load > 0.5 ? '; other work ran beside this, so single figures are too high' : ''}`,
    'our packages: the built JavaScript (dist/), as published; the others: their published packages, versions in bench/package.json',
  ];
}
