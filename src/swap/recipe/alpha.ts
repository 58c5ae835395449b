import { alpha as alphaOfSchedule } from './schedule.js';
import type { Level, Part, Slot } from './slot.js';

/**
 * How much of a model goes into each resolution. A number is the same share everywhere. Of the others `amount`, 1
 * unless said otherwise, is what the highest α comes to.
 */
export type Alpha = number | SwapAlpha | RampAlpha | WindowAlpha | TableAlpha;

/** The low side holds the structure of pictures, the high side their texture. */
export type BandSide = 'low' | 'high';

/** 1 up to a resolution, 0 above it; with a ramp the logistic of {@link alphaOfSchedule}. */
export interface SwapAlpha {
  /** The last resolution of the low side, in pixels. */
  readonly swap: number;
  /** Width in octaves, 0 or absent for a hard swap. */
  readonly ramp?: number;
  /** Which side of the swap the model supplies; `low` unless said otherwise. */
  readonly side?: BandSide;
  readonly amount?: number;
}

/** From 1 to 0 around any centre. */
export interface RampAlpha {
  readonly ramp: {
    /** Where α is a half, in pixels; need not be a resolution. */
    readonly centre: number;
    /** In octaves: the scale of the logistic, the whole transition of the others. 0 is a step. */
    readonly width: number;
    readonly shape?: RampShape;
  };
  readonly side?: BandSide;
  readonly amount?: number;
}

export type RampShape = 'logistic' | 'linear' | 'cosine';

export const RAMP_SHAPES: readonly RampShape[] = ['logistic', 'linear', 'cosine'];

/** `amount` in some resolutions, 0 in the others. */
export interface WindowAlpha {
  readonly window: readonly Range[];
  readonly amount?: number;
}

/** Resolutions in pixels, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** α by resolution; 0 for those that are not listed. */
export interface TableAlpha {
  readonly table: Readonly<Record<string, TableEntry>>;
}

/** One α, or one for each half-resolution. */
export type TableEntry = PartAlpha | { readonly level0?: PartAlpha; readonly level1?: PartAlpha };

/** One α, or one for each kind of tensor; 0 for those that are not listed. */
export type PartAlpha = number | { readonly [part in Part]?: number };

/** α of a slot. Within 0..1 unless an amount or a table says otherwise. */
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

function bandAt(alpha: SwapAlpha | RampAlpha | WindowAlpha, r: number): number {
  if ('window' in alpha) return alpha.window.some(({ from, to }) => from <= r && r <= to) ? 1 : 0;
  const side = alpha.side ?? 'low';
  if ('swap' in alpha) {
    const structure = side === 'low' ? 'transfer' : 'base';
    return alphaOfSchedule(r, { swap: alpha.swap, ramp: alpha.ramp, structure });
  }
  const low = rampAt(alpha.ramp, r);
  return side === 'low' ? low : 1 - low;
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
  return partAt(entry as PartAlpha, part);
}

function partAt(alpha: PartAlpha | undefined, part: Part): number {
  return (typeof alpha === 'object' ? alpha[part] : alpha) ?? 0;
}
