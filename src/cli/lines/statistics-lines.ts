import type { TensorStatistics } from '../../checkpoint/inspect/inspect.js';
import { grouped, table } from '../terminal/table.js';

/** A table of every tensor, and a line on what is not finite. */
export function statisticsLines(statistics: readonly TensorStatistics[] | undefined): string[] {
  if (statistics === undefined) return [];
  const bad = statistics.filter(({ nan, infinite }) => nan + infinite > 0);
  const sum = (key: 'nan' | 'infinite') => grouped(bad.reduce((total, tensor) => total + tensor[key], 0));
  return [
    '',
    ...table([
      ['tensor', 'shape', 'type', 'mean', 'deviation', 'min', 'max', 'NaN', 'infinite'],
      ...statistics.map((tensor) => [
        tensor.name,
        `[${tensor.shape.join(', ')}]`,
        tensor.dtype,
        ...[tensor.mean, tensor.deviation, tensor.min, tensor.max].map(short),
        String(tensor.nan),
        String(tensor.infinite),
      ]),
    ]),
    bad.length === 0
      ? 'all values are finite'
      : `NOT FINITE: ${sum('nan')} NaN and ${sum('infinite')} infinite values in ${bad.length} tensors`,
  ];
}

/** Four digits, whatever the size. */
function short(value: number): string {
  return Number.isNaN(value) ? '-' : String(Number(value.toPrecision(4)));
}
