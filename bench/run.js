/**
 * Timings: npm run bench [-- [--json] [--threads N] [CASE …]]. Each case runs several times, in turns with its floor;
 * the PyTorch peer runs right after it where a Python with PyTorch is there.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.js';
import { findPython, runPeer } from './peer.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
    one: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const names = positionals.length > 0 ? positionals : Object.keys(cases);
const unknown = names.find((name) => !(name in cases));
if (unknown !== undefined) {
  console.error(`bench: no case is called ${unknown}; there are ${Object.keys(cases).join(', ')}`);
  process.exit(2);
}

if (values.one) {
  console.log(JSON.stringify(await measure(names[0])));
} else {
  const python = findPython();
  if (python === undefined) console.error('no Python with PyTorch here: measuring without the peer');
  const rows = [];
  for (const name of names) {
    rows.push(measureAlone(name, python));
    if (!values.json) console.log(lineOf(rows.at(-1)));
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  save(rows);
}

/** Every case in a process of its own, so that memory and warm caches of one do not help or hurt the next. */
function measureAlone(name, python) {
  const result = spawnSync(process.execPath, [process.argv[1], '--one', '--threads', String(threads), name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`case ${name} failed`);
  const row = JSON.parse(result.stdout);
  const { peer, runs } = cases[name];
  if (peer === undefined || python === undefined) return row;
  const peerSeconds = median(runPeer(python, peer.mode, peer.resolution, threads, Math.min(runs, 3)));
  return { ...row, peer_s: peerSeconds, times_faster_than_peer: peerSeconds / row.median_s };
}

async function measure(name) {
  const { runs, warmups = 1, prepare } = cases[name];
  const { run, floor, close } = await prepare({ threads });
  const [seconds, floorSeconds, memory] = [[], [], []];
  for (let k = -warmups; k < runs; k++) {
    const start = performance.now();
    const megabytes = await run();
    if (k < 0) continue;
    seconds.push((performance.now() - start) / 1000);
    if (typeof megabytes === 'number') memory.push(megabytes);
    if (floor === undefined) continue;
    const floorStart = performance.now();
    floor();
    floorSeconds.push((performance.now() - floorStart) / 1000);
  }
  await close();
  const [median_s, floor_s] = [median(seconds), median(floorSeconds)];
  return {
    name,
    median_s,
    min_s: Math.min(...seconds),
    max_s: Math.max(...seconds),
    peer_s: null,
    times_faster_than_peer: null,
    floor_s,
    times_floor: floor_s === null ? null : median_s / floor_s,
    rss_mb: memory.length > 0 ? Math.max(...memory) : process.resourceUsage().maxRSS / 1024,
  };
}

function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function lineOf({
  name,
  median_s,
  min_s,
  max_s,
  peer_s,
  times_faster_than_peer,
  floor_s,
  times_floor,
  rss_mb,
}) {
  const parts = [`${name.padEnd(12)} ${median_s.toFixed(3)} s (${min_s.toFixed(3)}..${max_s.toFixed(3)})`];
  if (peer_s !== null)
    parts.push(`PyTorch ${peer_s.toFixed(2)} s: ${times_faster_than_peer.toFixed(1)} times faster`);
  if (floor_s !== null) parts.push(`floor ${floor_s.toFixed(3)} s: ${times_floor.toFixed(2)} times that`);
  parts.push(`${rss_mb.toFixed(0)} MB`);
  return parts.join('; ');
}

function save(rows) {
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const record = { date: new Date().toISOString(), node: process.version, threads, rows };
  writeFileSync(`${folder}latest.json`, `${JSON.stringify(record, null, 2)}\n`);
}
