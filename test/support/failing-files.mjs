/**
 * Loaded before a program (`node --import`): interferes with what it writes. Calls of `node:fs/promises` that change
 * files are counted from the program's start.
 *
 * KILL_AT_WRITE=n   the process kills itself (SIGKILL) at the nth, half way where that writes a file
 * FULL_FROM_WRITE=n from the nth on, every file written is cut off by a full disk (ENOSPC)
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT_WRITE ?? Infinity);
const fullFrom = Number(process.env.FULL_FROM_WRITE ?? Infinity);
let calls = 0;

for (const name of ['mkdir', 'writeFile', 'appendFile', 'rename', 'rm']) {
  const original = fs[name];
  fs[name] = async (...args) => {
    calls++;
    const writes = name === 'writeFile' || name === 'appendFile';
    if (calls === killAt) {
      if (writes) await original(args[0], args[1].slice(0, args[1].length / 2));
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    }
    if (calls >= fullFrom && writes) {
      await original(args[0], args[1].slice(0, args[1].length / 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    return original(...args);
  };
}
syncBuiltinESMExports();
