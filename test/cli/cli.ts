import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a run of a program left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Several programs at once, each with a thread for every core that waits for work, would keep each other from it. */
export const ONE_THREAD = ['--threads', '1'];

/** Without what the person at this machine has downloaded: `--loss auto` would take it. */
const NO_HOME = join(tmpdir(), 'stylegan-blend-nobody');

const ENVIRONMENT = {
  ...process.env,
  STYLEGAN_BLEND_HOME: NO_HOME,
  STYLEGAN_BLEND_COMPILED_MB: '0',
  NO_COLOR: '1',
};

function launcher(program: 'blend' | 'toonify'): string {
  return fileURLToPath(new URL(`../../bin/${program}.js`, import.meta.url));
}

/** Runs `blend` or `toonify` as a user does, in a folder. */
export function run(
  program: 'blend' | 'toonify',
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [launcher(program), ...args],
      { cwd, env: { ...ENVIRONMENT, ...environment }, maxBuffer: 16 * 1024 * 1024 },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Runs a program and interrupts it once its messages match `when`. */
export function interrupted(
  program: 'blend' | 'toonify',
  args: readonly string[],
  cwd: string,
  when: RegExp,
): Promise<Run> {
  return stopped(program, args, cwd, when, 'SIGINT');
}

/** Runs a program and sends it a signal once its messages match `when`. */
export function stopped(
  program: 'blend' | 'toonify',
  args: readonly string[],
  cwd: string,
  when: RegExp,
  signal: NodeJS.Signals,
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [launcher(program), ...args], { cwd, env: ENVIRONMENT });
    const text = { stdout: '', stderr: '' };
    let sent = false;
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
      if (sent || !when.test(text.stderr)) return;
      sent = true;
      child.kill(signal);
    });
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

/** Runs a program and kills it as soon as a file is there. */
export async function killedAt(
  path: string,
  program: 'blend' | 'toonify',
  args: readonly string[],
  cwd: string,
): Promise<void> {
  const child = spawn(process.execPath, [launcher(program), ...args], { cwd, env: ENVIRONMENT });
  const looking = setInterval(() => {
    if (existsSync(path)) child.kill('SIGKILL');
  }, 20);
  await once(child, 'close');
  clearInterval(looking);
}

/** Every file below a folder, sorted, with `/` between folders. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
}
