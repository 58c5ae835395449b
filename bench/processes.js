import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const programPath = (name) => fileURLToPath(new URL(`../bin/${name}.js`, import.meta.url));

/** Runs `blend` as a process of its own; answers its peak memory in MB where GNU time is there to tell. */
export function runBlend(args, environment = {}) {
  return runNode([programPath('blend'), ...args], environment);
}

/** The same for `toonify`. */
export function runToonify(args, environment = {}) {
  return runNode([programPath('toonify'), ...args], environment);
}

export function runNode(args, environment = {}) {
  const command = [process.execPath, ...args];
  const timed = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '%M', ...command] : command;
  const result = spawnSync(timed[0], timed.slice(1), {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0) throw new Error(`${args.join(' ')} failed: ${result.stderr}`);
  return timed === command ? undefined : Number(result.stderr.trim().split('\n').at(-1)) / 1024;
}
