import { resolutionsOf } from '../checkpoint/architecture.js';
import { UsageError } from '../errors.js';
import { type Candidate, modelCandidate } from './candidate.js';
import {
  type BlendParameters,
  candidateOfParameters,
  curveOfParameters,
  type LabelledModel,
} from './parameters.js';

/** One side of a sweep: what is varied, and its values in order. */
export type SweepAxis =
  | { readonly parameter: 'seed' | 'swap' | 'ramp' | 'amount'; readonly values: readonly number[] }
  | { readonly parameter: 'base' | 'transfer'; readonly values: readonly LabelledModel[] };

export type SweepParameter = SweepAxis['parameter'];

export interface SweepSettings {
  /** What is not varied; what is varied may be there as well. */
  readonly fixed: BlendParameters;
  /** The face, where seeds are not varied. */
  readonly seed: number;
  readonly columns: SweepAxis;
  readonly rows: SweepAxis;
  /** Columns of the base and of the transfer model beside those of the blends. */
  readonly ends?: boolean | undefined;
}

/** A sweep as it is rendered: which generator and which seed is in which place. */
export interface SweepGrid {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly candidates: readonly Candidate[];
  readonly seeds: readonly number[];
  /** By row, then column: indices into `candidates` and `seeds`. */
  readonly cells: readonly (readonly { readonly candidate: number; readonly seed: number }[])[];
  /** Of each column: α by resolution, one curve unless rows change it. */
  readonly curves: readonly (readonly (readonly number[])[])[];
}

/** One place of an axis. */
interface Stop {
  readonly label: string;
  readonly seed?: number;
  readonly changes: Partial<BlendParameters>;
  /** A model as it is, in place of a blend. */
  readonly model?: 'base' | 'transfer';
}

/**
 * Plans a sweep: everything is checked, and no weight is read.
 * @throws UsageError `SWEEP_AXES` where both axes vary the same; errors as `candidateOfParameters`
 */
export function sweepGrid(settings: SweepSettings): SweepGrid {
  const { fixed, columns, rows } = settings;
  if (columns.parameter === rows.parameter) {
    throw new UsageError(
      'SWEEP_AXES',
      `rows and columns: expected two parameters, found ${rows.parameter} twice`,
    );
  }
  const columnStops = [
    ...(settings.ends === true ? [endOf('base', fixed)] : []),
    ...stopsOf(columns),
    ...(settings.ends === true ? [endOf('transfer', fixed)] : []),
  ];
  const rowStops = stopsOf(rows);
  const generators = new Generators(fixed);
  const seeds: number[] = [];
  const indexOfSeed = (seed: number) => {
    if (!seeds.includes(seed)) seeds.push(seed);
    return seeds.indexOf(seed);
  };
  const cells = rowStops.map((row) =>
    columnStops.map((column) => ({
      candidate: generators.indexOf(row, column),
      seed: indexOfSeed(row.seed ?? column.seed ?? settings.seed),
    })),
  );
  const curvesOf = (column: Stop) => {
    const curves = rowStops.map((row) => generators.curveOf(row, column));
    return [...new Map(curves.map((curve) => [curve.join(), curve])).values()];
  };
  return {
    rowLabels: rowStops.map(({ label }) => label),
    columnLabels: columnStops.map(({ label }) => label),
    candidates: generators.candidates,
    seeds,
    cells,
    curves: columnStops.map(curvesOf),
  };
}

/** The generators of a sweep, each once. */
class Generators {
  readonly candidates: Candidate[] = [];
  private readonly known = new Map<string, number>();
  private readonly fixed: BlendParameters;

  constructor(fixed: BlendParameters) {
    this.fixed = fixed;
  }

  indexOf(row: Stop, column: Stop): number {
    const parameters = this.parametersOf(row, column);
    const model = column.model;
    const { base, transfer, swap, ramp, amount } = parameters;
    const key = JSON.stringify([model, base.name, transfer.name, swap, ramp, amount]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.candidates.push(
      model === undefined ? candidateOfParameters(parameters) : modelCandidate(parameters[model].checkpoint),
    );
    this.known.set(key, this.candidates.length - 1);
    return this.candidates.length - 1;
  }

  curveOf(row: Stop, column: Stop): number[] {
    const parameters = this.parametersOf(row, column);
    if (column.model === undefined) return curveOfParameters(parameters);
    const share = column.model === 'base' ? 0 : 1;
    return resolutionsOf(parameters.base.checkpoint.architecture).map(() => share);
  }

  private parametersOf(row: Stop, column: Stop): BlendParameters {
    return { ...this.fixed, ...row.changes, ...column.changes };
  }
}

function stopsOf(axis: SweepAxis): Stop[] {
  switch (axis.parameter) {
    case 'seed':
      return axis.values.map((seed) => ({ label: `seed ${seed}`, seed, changes: {} }));
    case 'base':
    case 'transfer':
      return axis.values.map((model) => ({ label: model.name, changes: { [axis.parameter]: model } }));
    default: {
      const name = axis.parameter === 'amount' ? 'λ' : axis.parameter;
      return axis.values.map((value) => ({
        label: `${name} ${value}`,
        changes: { [axis.parameter]: value },
      }));
    }
  }
}

function endOf(model: 'base' | 'transfer', fixed: BlendParameters): Stop {
  return { label: fixed[model].name, changes: {}, model };
}
