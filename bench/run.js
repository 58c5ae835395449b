/**
 * Timings: npm run -s bench -- [--json] [--threads N] [--runs N] [--no-peer] [CASE …]. Runs of each case take turns
 * with runs of its floor and of the PyTorch peer, so that all three see the same machine. With --runs 1 one sees
 * whether it works.
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

const { values, positionals } = given();
const [threads, askedRuns] = [wholeNumber('threads'), wholeNumber('runs')];
const usual = Object.keys(cases).filter((name) => !cases[name].slow);
const names = positionals.length > 0 ? positionals : usual;
const unknown = names.find((name) => !(name in cases));
if (unknown !== undefined) {
  const known = Object.keys(cases);
  refuse(`no case is called ${unknown}; there are ${known.join(', ')}`);
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
    const row = measureAlone(name, python);
    if (row === undefined) continue;
    rows.push(row);
    (values.json ? console.error : console.log)(lineOf(row));
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  save(rows);
}

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        threads: { type: 'string', default: String(availableParallelism()) },
        runs: { type: 'string' },
        'no-peer': { type: 'boolean', default: false },
        one: { type: 'string' },
      },
    });
  } catch (error) {
    return refuse(error.message);
  }
}

function wholeNumber(option) {
  const text = values[option];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  return refuse(`--${option}: expected a whole number from 1, found ${text}`);
}

function refuse(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}

/**
 * Every case in a process of its own, so that memory and warm caches of one do not help or hurt the next. undefined
 * for one that failed: the others are measured all the same.
 */
function measureAlone(name, python = '') {
  const asked = askedRuns === undefined ? [] : ['--runs', String(askedRuns)];
  const command = [process.argv[1], `--one=${python}`, '--threads', String(threads), ...asked, name];
  const result = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status === 0) return JSON.parse(result.stdout);
  console.error(`bench: case ${name} failed`);
  process.exitCode = 1;
  return undefined;
}

/** @param python where PyTorch is; empty for none */
async function measure(name, python) {
  const { runs: usualRuns, warmups: usualWarmups = 1, prepare, peer: peerMode } = cases[name];
  const runs = askedRuns ?? usualRuns;
  const warmups = Math.min(usualWarmups, runs);
  const { run, floor: prepareFloor, close } = await prepare({ threads });
  const [own, floors, peers, memory] = [[], [], [], []];
  for (let k = 0; k < warmups; k++) await run();
  // Before the floor and the peer take memory of their own.
  const ownMemory = process.resourceUsage().maxRSS / 1024;
  const floor = await prepareFloor?.();
  let peer = peerMode !== undefined && python !== '' ? await startPeer(python, peerMode, threads) : undefined;
  for (let k = 0; k < runs; k++) {
    const start = performance.now();
    const megabytes = await run();
    own.push((performance.now() - start) / 1000);
    if (typeof megabytes === 'number') memory.push(megabytes);
    if (floor !== undefined) floors.push(await floor.run());
    const isSlow = peers.length >= SLOW_PEER_RUNS && median(peers) > SLOW_PEER_S;
    if (peer === undefined || isSlow) continue;
    const seconds = await peer.run();
    if (seconds === undefined) peer = undefined;
    else peers.push(seconds);
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
  const folder = fileURLToPath(new URL('./results', import.meta.url));
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
