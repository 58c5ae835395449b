import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { UsageError } from '../errors.js';
import { modelCandidate } from './candidate.js';
import { type GridBlend, layOut, type Stop, type SweepGrid } from './grid.js';
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
  readonly ends?: boolean;
}

/** One place of an axis. */
interface PairStop extends Stop {
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
  return layOut(stopsOf(rows), columnStops, settings.seed, (row, column) => blendOf(fixed, row, column));
}

function blendOf(fixed: BlendParameters, row: PairStop, column: PairStop): GridBlend {
  const parameters = { ...fixed, ...row.changes, ...column.changes };
  const { base, transfer, swap, ramp, amount } = parameters;
  const { model } = column;
  const key = JSON.stringify([model, base.name, transfer.name, swap, ramp, amount]);
  if (model === undefined) {
    const curves = [{ model: 0, values: curveOfParameters(parameters) }];
    return { key, candidate: () => candidateOfParameters(parameters), curves };
  }
  const share = model === 'base' ? 0 : 1;
  const curve = resolutionsOf(base.checkpoint.architecture).map(() => share);
  return {
    key,
    candidate: () => modelCandidate(parameters[model].checkpoint),
    curves: [{ model: 0, values: curve }],
  };
}

function stopsOf(axis: SweepAxis): PairStop[] {
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

function endOf(model: 'base' | 'transfer', fixed: BlendParameters): PairStop {
  return { label: fixed[model].name, changes: {}, model };
}
