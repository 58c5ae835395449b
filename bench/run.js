/**
 * Timings: npm run -s bench -- [--json] [--threads N] [--no-peer] [CASE …]. Runs of each case take turns with runs of
 * its floor and of the PyTorch peer, so that all three see the same machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.js';
import { memoryCopySpeed } from './floors.js';
import { findPython, startPeer } from './peer.js';
import { lineOf, tableOf } from './table.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
    'no-peer': { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});
const threads = Number(values.threads);
const usual = Object.keys(cases).filter((name) => !cases[name].slow);
const names = positionals.length > 0 ? positionals : usual;
const unknown = names.find((name) => !(name in cases));
if (unknown !== undefined) {
  console.error(`bench: no case is called ${unknown}; there are ${Object.keys(cases).join(', ')}`);
  process.exit(2);
}

/** A peer that takes longer than this for one run makes at most {@link SLOW_PEER_RUNS}. */
const SLOW_PEER_S = 10;
const SLOW_PEER_RUNS = 3;

if (values.one !== undefined) {
  console.log(JSON.stringify(await measure(names[0], values.one)));
} else {
  const python = values['no-peer'] ? undefined : findPython();
  if (python === undefined && !values['no-peer']) {
    console.error('no Python with PyTorch here: measuring without the peer');
  }
  const rows = [];
  for (const name of names) {
    rows.push(measureAlone(name, python));
    (values.json ? console.error : console.log)(lineOf(rows.at(-1)));
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  save(rows);
}

/** Every case in a process of its own, so that memory and warm caches of one do not help or hurt the next. */
function measureAlone(name, python = '') {
  const command = [process.argv[1], `--one=${python}`, '--threads', String(threads), name];
  const result = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`case ${name} failed`);
  return JSON.parse(result.stdout);
}

/** @param python where PyTorch is; empty for none */
async function measure(name, python) {
  const { runs, warmups = 1, prepare, peer: peerMode } = cases[name];
  const { run, floor: prepareFloor, close } = await prepare({ threads });
  const [own, floors, peers, memory] = [[], [], [], []];
  for (let k = 0; k < warmups; k++) await run();
  // Before the floor and the peer take memory of their own.
  const ownMemory = process.resourceUsage().maxRSS / 1024;
  const floor = await prepareFloor?.();
  const peer =
    peerMode !== undefined && python !== '' ? await startPeer(python, peerMode, threads) : undefined;
  for (let k = 0; k < runs; k++) {
    const start = performance.now();
    const megabytes = await run();
    own.push((performance.now() - start) / 1000);
    if (typeof megabytes === 'number') memory.push(megabytes);
    if (floor !== undefined) floors.push(await floor.run());
    const isSlow = peers.length >= SLOW_PEER_RUNS && median(peers) > SLOW_PEER_S;
    if (peer !== undefined && !isSlow) peers.push(await peer.run());
  }
  peer?.close();
  await floor?.close();
  await close();
  const [median_s, floor_s, peer_s] = [own, floors, peers].map(median);
  return {
    name,
    median_s,
    min_s: Math.min(...own),
    max_s: Math.max(...own),
    peer_s,
    times_faster_than_peer: peer_s === null ? null : peer_s / median_s,
    floor_s,
    times_floor: floor_s === null ? null : median_s / floor_s,
    rss_mb: memory.length > 0 ? Math.max(...memory) : ownMemory,
  };
}

function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** bench/results/latest.json and .md: the rows, and the machine that they were measured on. */
function save(rows) {
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const record = {
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_gb: totalmem() / 2 ** 30,
      memory_copy_gb_per_s: memoryCopySpeed() / 1e9,
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    threads,
    rows,
  };
  const stem = `${folder}${record.date.slice(0, 19).replaceAll(':', '')}`;
  for (const path of [`${folder}latest`, stem]) {
    writeFileSync(`${path}.json`, `${JSON.stringify(record, null, 2)}\n`);
  }
  writeFileSync(`${folder}latest.md`, tableOf(record));
}
