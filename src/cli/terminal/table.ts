/** Columns of text: the first to the left, all others, which are numbers, to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** 1234567 -> 1 234 567, the same in every locale. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** The name of a group of tensors: `64 px`, `mapping`. */
export function groupName(group: number | string): string {
  return typeof group === 'number' ? `${group} px` : group;
}

/**
 * The name of a row by resolution, of which null is what belongs to none: where there is one, the mapping network.
 */
export function resolutionName(resolution: number | null, architecture: object | undefined): string {
  if (resolution !== null) return `${resolution} px`;
  return architecture !== undefined && 'wDim' in architecture ? 'mapping' : 'other';
}
