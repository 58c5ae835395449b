import { InputFileError } from '../../errors.js';
import { impliedFilter, type StoredTensor, storedView } from '../../formats/stored-tensor.js';
import { flipped, permuted, squeezed, type TensorView } from '../../formats/tensor-view.js';

/**
 * From TensorFlow's variables to canonical tensors. Kernels are [h, w, in, out] there and [out, in, h, w] here; dense
 * weights are transposed.
 *
 * StyleGAN2's networks get the names and forms of stylegan2-ada-pytorch (its `legacy.py` is the source of the rules).
 * StyleGAN and PGGAN keep TensorFlow's names, with the component in front (`mapping/Dense0/weight`,
 * `synthesis/64x64/Conv0_up/weight`), in torch's order of extents; `ToRGB_lod{n}`, `FromRGB_lod{n}` get their
 * resolution in front: `synthesis/64x64/ToRGB_lod4/weight`. `lod` and other training variables are dropped.
 */

export type Variables = ReadonlyMap<string, TensorView>;

const toKernel = (view: TensorView) => (view.shape.length === 4 ? permuted(view, [3, 2, 0, 1]) : view);
const toDense = (view: TensorView) => (view.shape.length === 2 ? permuted(view, [1, 0]) : view);
/** Strided transposed convolutions of TensorFlow turn the kernel around, those of torch do not. */
const toFlippedKernel = (view: TensorView) =>
  view.shape.length === 4 ? toKernel(flipped(view, [0, 1])) : view;
const toStyleBias = (view: TensorView): TensorView => ({ ...view, shift: 1 });
const toNoise = (view: TensorView) => squeezed(view, view.shape.length === 4 ? [0, 1] : []);
const same = (view: TensorView) => view;

type Rule = readonly [
  pattern: RegExp,
  name: (...groups: string[]) => string,
  form: (view: TensorView) => TensorView,
];

const layer = (r: string, conv: string) => {
  if (conv === 'ToRGB') return `synthesis.b${r}.torgb`;
  return `synthesis.b${r}.conv${conv === 'Conv0_up' ? 0 : 1}`;
};

const GENERATOR: readonly Rule[] = [
  [/^dlatent_avg$/, () => 'mapping.w_avg', same],
  [/^mapping\/LabelEmbed\/weight$/, () => 'mapping.embed.weight', toDense],
  [/^mapping\/LabelEmbed\/bias$/, () => 'mapping.embed.bias', same],
  [/^mapping\/Dense(\d+)\/weight$/, (i) => `mapping.fc${i}.weight`, toDense],
  [/^mapping\/Dense(\d+)\/bias$/, (i) => `mapping.fc${i}.bias`, same],
  [
    /^synthesis\/4x4\/Const\/const$/,
    () => 'synthesis.b4.const',
    (v) => (v.shape.length === 4 ? squeezed(v, [0]) : v),
  ],
  [/^synthesis\/(\d+)x\d+\/Conv0_up\/weight$/, (r) => `synthesis.b${r}.conv0.weight`, toFlippedKernel],
  [/^synthesis\/(\d+)x\d+\/(Conv|Conv1|ToRGB)\/weight$/, (r, c) => `${layer(r!, c!)}.weight`, toKernel],
  [/^synthesis\/(\d+)x\d+\/Skip\/weight$/, (r) => `synthesis.b${r}.skip.weight`, toFlippedKernel],
  [/^synthesis\/(\d+)x\d+\/(Conv0_up|Conv|Conv1|ToRGB)\/bias$/, (r, c) => `${layer(r!, c!)}.bias`, same],
  [
    /^synthesis\/(\d+)x\d+\/(Conv0_up|Conv|Conv1)\/noise_strength$/,
    (r, c) => `${layer(r!, c!)}.noise_strength`,
    same,
  ],
  [
    /^synthesis\/(\d+)x\d+\/(Conv0_up|Conv|Conv1|ToRGB)\/mod_weight$/,
    (r, c) => `${layer(r!, c!)}.affine.weight`,
    toDense,
  ],
  [
    /^synthesis\/(\d+)x\d+\/(Conv0_up|Conv|Conv1|ToRGB)\/mod_bias$/,
    (r, c) => `${layer(r!, c!)}.affine.bias`,
    toStyleBias,
  ],
  [/^synthesis\/noise(\d+)$/, (k) => `${noiseLayer(Number(k))}.noise_const`, toNoise],
];

const DISCRIMINATOR: readonly Rule[] = [
  [/^(\d+)x\d+\/FromRGB\/weight$/, (r) => `b${r}.fromrgb.weight`, toKernel],
  [/^(\d+)x\d+\/FromRGB\/bias$/, (r) => `b${r}.fromrgb.bias`, same],
  [/^(\d+)x\d+\/Conv(0|1_down)\/weight$/, (r, c) => `b${r}.conv${c![0]}.weight`, toKernel],
  [/^(\d+)x\d+\/Conv(0|1_down)\/bias$/, (r, c) => `b${r}.conv${c![0]}.bias`, same],
  [/^(\d+)x\d+\/Skip\/weight$/, (r) => `b${r}.skip.weight`, toKernel],
  [/^4x4\/Conv\/weight$/, () => 'b4.conv.weight', toKernel],
  [/^4x4\/Conv\/bias$/, () => 'b4.conv.bias', same],
  [/^4x4\/Dense0\/weight$/, () => 'b4.fc.weight', toDense],
  [/^4x4\/Dense0\/bias$/, () => 'b4.fc.bias', same],
  [/^Output\/weight$/, () => 'b4.out.weight', toDense],
  [/^Output\/bias$/, () => 'b4.out.bias', same],
  [/^LabelEmbed\/weight$/, () => 'mapping.embed.weight', toDense],
  [/^LabelEmbed\/bias$/, () => 'mapping.embed.bias', same],
  [/^Mapping(\d+)\/weight$/, (i) => `mapping.fc${i}.weight`, toDense],
  [/^Mapping(\d+)\/bias$/, (i) => `mapping.fc${i}.bias`, same],
];

/** The layer that noise buffer k belongs to: 0 to 4 px, then two for each resolution. */
function noiseLayer(k: number): string {
  return `synthesis.b${2 ** (2 + Math.ceil(k / 2))}.conv${k === 0 ? 1 : 1 - (k % 2)}`;
}

/** StyleGAN2's generator, with the filters that TensorFlow's graph has as constants. */
export function translateStyleGan2Generator(
  path: string,
  variables: Variables,
  filterTaps: readonly number[],
): Map<string, StoredTensor> {
  const tensors = translate(path, variables, GENERATOR);
  const filter = impliedFilter(filterTaps);
  const layers = [...tensors.keys()].flatMap((name) => {
    const match = /^(synthesis\.b\d+)\.(conv\d|skip)\.weight$/.exec(name);
    return match ? [match[1]!, `${match[1]}.${match[2]}`] : [];
  });
  for (const name of new Set(layers)) tensors.set(`${name}.resample_filter`, filter);
  return tensors;
}

/** StyleGAN2's discriminator; it has no filters, which are constants of TensorFlow's graph. */
export function translateStyleGan2Discriminator(
  path: string,
  variables: Variables,
): Map<string, StoredTensor> {
  return translate(path, variables, DISCRIMINATOR);
}

/** StyleGAN and PGGAN, generators and discriminators. */
export function translateOlder(variables: Variables): Map<string, StoredTensor> {
  const resolution = Math.max(
    0,
    ...[...variables.keys()].map((name) => Number(/(\d+)x\d+\//.exec(name)?.[1] ?? 0)),
  );
  const tensors = new Map<string, StoredTensor>();
  for (const [variable, view] of variables) {
    if (/(^|\/)lod$/.test(variable)) continue;
    const name = variable.replace(
      /(^|\/)((?:To|From)RGB_lod(\d+)\/)/,
      (_, start: string, layer: string, lod: string) => {
        const r = Math.max(resolution / 2 ** Number(lod), 1);
        return `${start}${r}x${r}/${layer}`;
      },
    );
    tensors.set(name, storedView(olderForm(name, view)));
  }
  return tensors;
}

function olderForm(name: string, view: TensorView): TensorView {
  if (!name.endsWith('/weight')) return view;
  // PGGAN's fused layers go through a transposed convolution, whose kernels are [h, w, out, in].
  const isTransposed = /^\d+x\d+\/Conv0_up\/weight$/.test(name);
  if (view.shape.length === 4) return isTransposed ? permuted(view, [2, 3, 0, 1]) : toKernel(view);
  // LabelConcat is [classes, z] and multiplied from the left like the dense layers, but is no layer of features.
  return name.includes('LabelConcat') ? view : toDense(view);
}

function translate(path: string, variables: Variables, rules: readonly Rule[]): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [variable, view] of variables) {
    if (/(^|\/)lod$/.test(variable)) continue;
    const rule = rules.find(([pattern]) => pattern.test(variable));
    if (rule === undefined) {
      // Training leaves variables beside those of the network; layers that are not known change the picture.
      if (!/\/(weight|bias|const|mod_weight|mod_bias)$/.test(variable)) continue;
      throw new InputFileError(
        'ARCHITECTURE_TENSOR_UNEXPECTED',
        `${path}: ${variable}: expected only the variables of a StyleGAN2 network, found this one`,
      );
    }
    const [pattern, name, form] = rule;
    tensors.set(name(...pattern.exec(variable)!.slice(1)), storedView(form(view)));
  }
  return tensors;
}
