// What a test that runs in a browser gets for `node:fs`: what setup.mjs has put there.
export const { existsSync, readdirSync, readFileSync } = globalThis.process.getBuiltinModule('node:fs');
