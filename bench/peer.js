import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./pytorch_peer.py', import.meta.url));

/** The first Python on this machine that has PyTorch, or undefined. */
export function findPython() {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean);
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);
}

/** Seconds of `runs` runs of the PyTorch peer. */
export function runPeer(python, mode, resolution, threads, runs) {
  const result = spawnSync(python, [script, mode, resolution, threads, runs].map(String), {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`the PyTorch peer failed: ${result.stderr}`);
  return JSON.parse(result.stdout);
}
