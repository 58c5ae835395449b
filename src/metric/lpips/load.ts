import { firstNonFinite } from '../../checkpoint/read-finite.js';
import { openWeightFile, type WeightFile } from '../../checkpoint/weight-file.js';
import { InputFileError } from '../../errors.js';
import { LPIPS_NAMES, type LpipsName } from './names.js';
import { TRUNKS, type Trunk, tappedChannels, trunkTensors } from './trunks.js';

/** What a metric is computed with. */
export interface LpipsWeights {
  readonly name: LpipsName;
  readonly trunk: Trunk;
  /** The trunk's tensors by their names, `features.K.weight`, …, row-major. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** For each tap, the weight of each channel. */
  readonly lins: readonly Float32Array[];
}

export interface LpipsFiles {
  /** torchvision's file of the trunk. A classifier in it is left alone. */
  readonly trunk: string;
  /** LPIPS's own file: `lin{k}.model.1.weight` [1, C, 1, 1]. */
  readonly lin: string;
}

/**
 * Reads the two files of a metric: torch files of either container, or safetensors. Nothing in them is executed.
 *
 * @throws InputFileError `WEIGHTS_MISMATCH` naming the tensor that is missing or has another shape,
 *   `TENSOR_NOT_FINITE`, and those of `openWeightFile`
 */
export async function loadLpips(name: LpipsName, files: LpipsFiles): Promise<LpipsWeights> {
  const trunk = TRUNKS[name];
  const lins = await readAll(files.lin, name, linShapes(trunk), linAlias);
  const tensors = await readAll(files.trunk, name, trunkTensors(trunk), (tensor) => tensor);
  return { name, trunk, tensors, lins: [...lins.values()] };
}

async function readAll(
  path: string,
  name: LpipsName,
  shapes: ReadonlyMap<string, readonly number[]>,
  alias: (tensor: string) => string,
): Promise<Map<string, Float32Array>> {
  await using file = await openWeightFile(path);
  const read = new Map<string, Float32Array>();
  for (const [tensor, shape] of shapes) read.set(tensor, await readTensor(file, name, tensor, shape, alias));
  return read;
}

async function readTensor(
  file: WeightFile,
  name: LpipsName,
  tensor: string,
  shape: readonly number[],
  alias: (tensor: string) => string,
): Promise<Float32Array> {
  const stored = file.tensors.get(tensor) ?? file.tensors.get(alias(tensor));
  if (stored === undefined || stored.shape.join() !== shape.join()) {
    const found = stored === undefined ? 'no such tensor' : `[${stored.shape.join(', ')}]`;
    throw new InputFileError(
      'WEIGHTS_MISMATCH',
      `${file.path}: ${tensor}: expected shape [${shape.join(', ')}] for ${name} (${TRUNKS[name].title}), found ${found}`,
      { hint: whatItIs(file) },
    );
  }
  const values = await stored.read();
  const index = firstNonFinite(values);
  if (index < 0) return values;
  throw new InputFileError(
    'TENSOR_NOT_FINITE',
    `${file.path}: ${tensor}: expected finite values, found ${values[index]} at index ${index}`,
    { hint: 'the file is damaged; get it again' },
  );
}

function linShapes(trunk: Trunk): Map<string, readonly number[]> {
  return new Map(tappedChannels(trunk).map((channels, k) => [`lin${k}.model.1.weight`, [1, channels, 1, 1]]));
}

/** As a saved `LPIPS` module calls them, which holds the layers a second time as a list. */
function linAlias(tensor: string): string {
  return tensor.replace(/^lin(\d)/, 'lins.$1');
}

/** What a file is that is not the one that was expected. */
function whatItIs(file: WeightFile): string {
  const fits = (shapes: ReadonlyMap<string, readonly number[]>) =>
    [...shapes].every(([tensor, shape]) => file.tensors.get(tensor)?.shape.join() === shape.join());
  for (const name of LPIPS_NAMES) {
    if (fits(linShapes(TRUNKS[name]))) return `these are the linear weights of ${name}`;
    if (fits(trunkTensors(TRUNKS[name]))) return `this is the trunk of ${name}, ${TRUNKS[name].title}`;
  }
  return 'expected the files that blend models pull gets; see docs/comparing.md';
}
