import { mixtureOf } from '../swap/mixture.js';
import { modelsOf } from '../swap/recipe/recipe.js';
import type { Recipe } from '../swap/recipe/schema.js';
import type { Level, Part } from '../swap/recipe/slot.js';

/** The weights of models over the places of a network, from coarse to fine. */
export interface AlphaCurves {
  /** `4`, `8`, …; where the halves of a resolution differ `4 a`, `4 b`, `8 a`, … */
  readonly places: readonly string[];
  /** One for each model, and one more for each kind of tensor whose weights are others. */
  readonly series: readonly AlphaCurve[];
}

export interface AlphaCurve {
  /** The model's, or `dylan: affine, toRGB`. */
  readonly name: string;
  /** Index of the model among those of the recipe. */
  readonly model: number;
  /** Whether it is that of some kinds of tensors only. */
  readonly isPart: boolean;
  /** The weight at each place. */
  readonly values: readonly number[];
}

const OTHER_PARTS: readonly [Part, string][] = [
  ['affine', 'affine'],
  ['torgb', 'toRGB'],
  ['noise', 'noise strength'],
];

/**
 * What a recipe comes to: the weight of every model, in convolutions unless it says otherwise, at each resolution.
 */
export function alphaCurves(recipe: Recipe, resolutions: readonly number[]): AlphaCurves {
  const models = modelsOf(recipe);
  const at = (r: number, level: Level, part: Part) => mixtureOf(tensorAt(r, level, part), recipe).weights;
  const halvesDiffer = resolutions.some((r) => String(at(r, 0, 'conv')) !== String(at(r, 1, 'conv')));
  const slots = resolutions.flatMap((r) =>
    halvesDiffer ? ([0, 1] as const).map((level) => ({ r, level })) : [{ r, level: 1 as const }],
  );
  // There is no toRGB in the first half.
  const curveOf = (model: number, part: Part) =>
    slots.map(({ r, level }) => at(r, level, part === 'torgb' && level === 0 ? 'conv' : part)[model]!);
  return {
    places: slots.map(({ r, level }) => (halvesDiffer ? `${r} ${level === 0 ? 'a' : 'b'}` : String(r))),
    series: models.flatMap((name, model) => {
      const values = curveOf(model, 'conv');
      const parts = new Map<string, { labels: string[]; values: number[] }>();
      for (const [part, label] of OTHER_PARTS) {
        const others = curveOf(model, part);
        const key = String(others);
        if (key === String(values)) continue;
        parts.set(key, { labels: [...(parts.get(key)?.labels ?? []), label], values: others });
      }
      const ofParts = [...parts.values()].map((one) => ({
        name: `${name}: ${one.labels.join(', ')}`,
        ...{ model, isPart: true, values: one.values },
      }));
      return [{ name, model, isPart: false, values }, ...ofParts];
    }),
  };
}

/** The name of a StyleGAN2 generator's tensor in this place; toRGB is in the second half only. */
function tensorAt(r: number, level: Level, part: Part): string {
  if (part === 'torgb') return `synthesis.b${r}.torgb.weight`;
  const block = `synthesis.b${r}`;
  if (r === 4 && level === 0) return part === 'conv' ? `${block}.const` : `${block}.conv1.${suffixOf(part)}`;
  return `${block}.conv${level}.${suffixOf(part)}`;
}

function suffixOf(part: Part): string {
  if (part === 'affine') return 'affine.weight';
  return part === 'noise' ? 'noise_strength' : 'weight';
}
