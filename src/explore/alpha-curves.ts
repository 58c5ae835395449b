import { mixtureOf } from '../swap/mixture.js';
import { modelsOf, type Recipe } from '../swap/recipe-model.js';
import type { Level, Part } from '../swap/slot.js';

/** The weights of models over the places of a network, from coarse to fine. */
export interface AlphaCurves {
  /** `4`, `8`, …; where the halves of a resolution differ `4 a`, `4 b`, `8 a`, … */
  readonly places: readonly string[];
  /** One for each model, and one more for each kind of tensor whose weights are others. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const OTHER_PARTS: readonly [Part, string][] = [
  ['affine', 'affine'],
  ['torgb', 'toRGB'],
  ['noise', 'noise strength'],
];

/** What a recipe comes to: the weight of every model, in convolutions unless it says otherwise, at each resolution. */
export function alphaCurves(recipe: Recipe, resolutions: readonly number[]): AlphaCurves {
  const models = modelsOf(recipe);
  const at = (r: number, level: Level, part: Part) => mixtureOf(tensorAt(r, level, part), recipe).weights;
  const halvesDiffer = resolutions.some((r) => String(at(r, 0, 'conv')) !== String(at(r, 1, 'conv')));
  const slots = resolutions.flatMap((r) =>
    halvesDiffer ? ([0, 1] as const).map((level) => ({ r, level })) : [{ r, level: 1 as const }],
  );
  const curveOf = (model: number, part: Part) => slots.map(({ r, level }) => at(r, level, part)[model]!);
  return {
    places: slots.map(({ r, level }) => (halvesDiffer ? `${r} ${level === 0 ? 'a' : 'b'}` : String(r))),
    series: models.flatMap((name, model) => {
      const values = curveOf(model, 'conv');
      const others = OTHER_PARTS.map(([part, label]) => ({
        name: `${name}: ${label}`,
        values: curveOf(model, part),
      }));
      return [{ name, values }, ...others.filter((other) => String(other.values) !== String(values))];
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
