import type {
  Alpha,
  PartAlpha,
  RampAlpha,
  SwapAlpha,
  TableAlpha,
  TableEntry,
  WindowAlpha,
} from './schema.js';
import type { Level, Part, Slot } from './slot.js';

/**
 * The ramp's centre lies half-way between the last resolution that swaps and the first that does not. Centred on
 * the swap itself, α(swap) would stay 0.5 however narrow the ramp, and would not converge to the hard swap.
 */
const OCTAVES_FROM_SWAP_TO_CENTRE = 0.5;

/**
 * α of a slot (Pinkney & Adler 2020, section 3): p = (1 - α(r)) · p_base + α(r) · p_transfer. Within 0..1 unless an
 * amount or a table says otherwise; without a ramp it is exactly 0 or the amount.
 */
export function alphaAt(alpha: Alpha, slot: Slot): number {
  if (typeof alpha === 'number') return alpha;
  if ('table' in alpha) return tableAt(alpha.table[slot.resolution], slot.level, slot.part);
  return bandAt(alpha, slot.resolution) * (alpha.amount ?? 1);
}

/** The resolutions that an α names, in pixels: they have to be the model's. */
export function namedResolutions(alpha: Alpha): number[] {
  if (typeof alpha === 'number') return [];
  if ('swap' in alpha) return [alpha.swap];
  if ('window' in alpha) return alpha.window.flatMap(({ from, to }) => (from === to ? [from] : [from, to]));
  return 'table' in alpha ? Object.keys(alpha.table).map(Number) : [];
}

/** Another amount of the same α: `share` times what it was, in every slot. */
export function scaledAlpha(alpha: Alpha, share: number): Alpha {
  if (typeof alpha === 'number') return alpha * share;
  if (!('table' in alpha)) return { ...alpha, amount: (alpha.amount ?? 1) * share };
  return { table: scaledNumbers(alpha.table, share) as TableAlpha['table'] };
}

function scaledNumbers(value: unknown, share: number): unknown {
  if (typeof value === 'number') return value * share;
  const entries = Object.entries(Object(value)).map(([key, inner]) => [key, scaledNumbers(inner, share)]);
  return Object.fromEntries(entries);
}

function bandAt(alpha: SwapAlpha | RampAlpha | WindowAlpha, r: number): number {
  if ('window' in alpha) return alpha.window.some(({ from, to }) => from <= r && r <= to) ? 1 : 0;
  const low = 'swap' in alpha ? swapAt(alpha, r) : rampAt(alpha.ramp, r);
  return alpha.side === 'high' ? 1 - low : low;
}

/** 1 well below the swap, 0 well above it. */
function swapAt({ swap, ramp = 0 }: SwapAlpha, r: number): number {
  const octaves = Math.log2(r) - Math.log2(swap) - OCTAVES_FROM_SWAP_TO_CENTRE;
  if (ramp === 0) return octaves <= 0 ? 1 : 0;
  // A tiny ramp makes the quotient ±Infinity, whose exponential is 0 or Infinity: the hard swap, never NaN,
  // because `octaves` is at least half an octave away from 0 at every power of two.
  return 1 / (1 + Math.exp(octaves / ramp));
}

function rampAt({ centre, width, shape = 'logistic' }: RampAlpha['ramp'], r: number): number {
  const octaves = Math.log2(r) - Math.log2(centre);
  if (width === 0) return octaves <= 0 ? 1 : 0;
  const t = octaves / width;
  if (shape === 'logistic') return 1 / (1 + Math.exp(t));
  const linear = Math.min(1, Math.max(0, 0.5 - t));
  return shape === 'linear' ? linear : (1 - Math.cos(Math.PI * linear)) / 2;
}

function tableAt(entry: TableEntry | undefined, level: Level, part: Part): number {
  if (entry === undefined || typeof entry === 'number') return entry ?? 0;
  if ('level0' in entry || 'level1' in entry) {
    return partAt(level === 0 ? entry.level0 : entry.level1, part);
  }
  return partAt(entry, part);
}

function partAt(alpha: PartAlpha | undefined, part: Part): number {
  return (typeof alpha === 'object' ? alpha[part] : alpha) ?? 0;
}
