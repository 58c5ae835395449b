import type { Candidate } from './candidate.js';

/** A sweep as it is rendered: which generator and which seed is in which place. */
export interface SweepGrid {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly candidates: readonly Candidate[];
  readonly seeds: readonly number[];
  /** By row, then column: indices into `candidates` and `seeds`. */
  readonly cells: readonly (readonly { readonly candidate: number; readonly seed: number }[])[];
  /** Of each column: α by resolution, of each model that is blended in; more where rows change it. */
  readonly curves: readonly (readonly (readonly number[])[])[];
  /** Of each curve the number of the model whose α it is. */
  readonly curveModels: readonly (readonly number[])[];
}

/** One place of an axis. */
export interface Stop {
  readonly label: string;
  readonly seed?: number;
}

/** The generator of a row and a column. */
export interface GridBlend {
  /** Equal for equal generators. */
  readonly key: string;
  candidate(): Candidate;
  /** α by resolution of each model that is blended in, with its number among the models. */
  readonly curves: readonly { readonly model: number; readonly values: readonly number[] }[];
}

/** Arranges generators and seeds, each once. @param seed where neither axis has one */
export function layOut<S extends Stop>(
  rows: readonly S[],
  columns: readonly S[],
  seed: number,
  blendOf: (row: S, column: S) => GridBlend,
): SweepGrid {
  const candidates: Candidate[] = [];
  const known = new Map<string, number>();
  const seeds: number[] = [];
  const indexOfSeed = (one: number) => {
    if (!seeds.includes(one)) seeds.push(one);
    return seeds.indexOf(one);
  };
  const indexOf = ({ key, candidate }: GridBlend) => {
    if (!known.has(key)) known.set(key, candidates.push(candidate()) - 1);
    return known.get(key)!;
  };
  const cells = rows.map((row) =>
    columns.map((column) => ({
      candidate: indexOf(blendOf(row, column)),
      seed: indexOfSeed(row.seed ?? column.seed ?? seed),
    })),
  );
  const drawn = columns.map((column) => {
    const curves = rows.flatMap((row) => blendOf(row, column).curves);
    const unique = new Map(curves.map((curve) => [`${curve.model}: ${curve.values}`, curve]));
    return [...unique.values()].sort((a, b) => a.model - b.model);
  });
  return {
    rowLabels: rows.map(({ label }) => label),
    columnLabels: columns.map(({ label }) => label),
    candidates,
    seeds,
    cells,
    curves: drawn.map((curves) => curves.map(({ values }) => values)),
    curveModels: drawn.map((curves) => curves.map(({ model }) => model)),
  };
}
