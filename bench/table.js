/** One line for people. */
export function lineOf(row) {
  const { name, median_s, min_s, max_s, peer_s, times_faster_than_peer, floor_s, times_floor, rss_mb } = row;
  const parts = [`${name.padEnd(22)} ${time(median_s)} (${time(min_s)} to ${time(max_s)})`];
  if (peer_s !== null)
    parts.push(`PyTorch ${time(peer_s)}: ${times_faster_than_peer.toFixed(1)} times faster`);
  if (floor_s !== null) parts.push(`floor ${time(floor_s)}: ${times_floor.toFixed(2)} times that`);
  parts.push(`${rss_mb.toFixed(0)} MB`);
  return parts.join('; ');
}

/** A record as Markdown. */
export function tableOf({ date, machine, threads, rows }) {
  const { processor, cores, memory_copy_gb_per_s, platform, node } = machine;
  const cells = rows.map((row) => [
    row.name,
    time(row.median_s),
    `${time(row.min_s)} to ${time(row.max_s)}`,
    time(row.peer_s),
    times(row.times_faster_than_peer),
    time(row.floor_s),
    times(row.times_floor),
    `${row.rss_mb.toFixed(0)} MB`,
  ]);
  const heads = ['case', 'median', 'spread', 'PyTorch', 'times faster', 'floor', 'times floor', 'memory'];
  return [
    `${date.slice(0, 10)}, ${processor}, ${cores} cores (${threads} threads), ${platform}, Node ${node}, memory copies at ` +
      `${memory_copy_gb_per_s.toFixed(1)} GB/s`,
    '',
    `| ${heads.join(' | ')} |`,
    `|${'---|'.repeat(heads.length)}`,
    ...cells.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
}

function time(seconds) {
  if (seconds === null) return '';
  return seconds < 0.1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

function times(ratio) {
  return ratio === null ? '' : ratio.toFixed(ratio < 10 ? 2 : 1);
}
