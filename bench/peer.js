import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./pytorch_peer.py', import.meta.url));

/** The first Python on this machine that has PyTorch, or undefined. */
export function findPython() {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3', '/usr/local/bin/python3'].filter(
    Boolean,
  );
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);
}

/**
 * Starts the PyTorch peer and lets it warm up. It computes only when it is asked to, so that its runs can take turns
 * with ours. undefined where it ends at once: out of memory, say.
 */
export async function startPeer(python, { mode, resolution }, threads) {
  const child = spawn(python, [script, mode, resolution, threads].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (!done) return Number(value);
    console.error('bench: the PyTorch peer has ended; going on without it');
    return undefined;
  };
  child.stdin.on('error', () => {});
  if ((await answer()) === undefined) return undefined;
  return {
    /** Seconds of one run; undefined where it has ended. */
    async run() {
      child.stdin.write('\n');
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
