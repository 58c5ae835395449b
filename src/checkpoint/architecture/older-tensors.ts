import { type PgganArchitecture, resolutionsOf, type StyleGan1Architecture } from './architecture.js';

/**
 * Every tensor that a StyleGAN or PGGAN generator of this architecture has: name -> shape, in the order of the
 * network (`networks_stylegan.py`, `networks.py` of the TensorFlow code; names as in `tensorflow-names.ts`).
 * @param mappingWidth width of the mapping network's hidden layers
 */
export function olderTensors(
  architecture: StyleGan1Architecture | PgganArchitecture,
  mappingWidth: number,
): Map<string, number[]> {
  return architecture.family === 'pggan' ? ofPggan(architecture) : ofStyleGan1(architecture, mappingWidth);
}

function ofStyleGan1(architecture: StyleGan1Architecture, mappingWidth: number): Map<string, number[]> {
  const { zDim, wDim, classes, mappingLayers } = architecture;
  const expected = new Map<string, number[]>([['dlatent_avg', [wDim]]]);
  if (classes > 0) expected.set('mapping/LabelConcat/weight', [classes, zDim]);
  for (let i = 0; i < mappingLayers; i++) {
    const inputs = i > 0 ? mappingWidth : classes > 0 ? 2 * zDim : zDim;
    addLayer(expected, `mapping/Dense${i}`, [i < mappingLayers - 1 ? mappingWidth : wDim, inputs]);
  }
  let k = 0;
  for (const [r, [inputs, outputs]] of blocks(architecture)) {
    const addStyled = (layer: string, kernel: 'weight' | 'const', shape: number[]) => {
      const name = `synthesis/${r}x${r}/${layer}`;
      expected.set(`${name}/${kernel}`, shape);
      expected.set(`${name}/bias`, [outputs]);
      expected.set(`${name}/Noise/weight`, [outputs]);
      addLayer(expected, `${name}/StyleMod`, [2 * outputs, wDim]);
      expected.set(`synthesis/noise${k++}`, [1, 1, r, r]);
    };
    if (r === 4) addStyled('Const', 'const', [1, outputs, 4, 4]);
    else addStyled('Conv0_up', 'weight', [outputs, inputs, 3, 3]);
    addStyled(r === 4 ? 'Conv' : 'Conv1', 'weight', [outputs, outputs, 3, 3]);
    addLayer(expected, `synthesis/${toRgbName(architecture, r)}`, [3, outputs, 1, 1]);
  }
  return expected;
}

function ofPggan(architecture: PgganArchitecture): Map<string, number[]> {
  const { zDim, classes, fused } = architecture;
  const expected = new Map<string, number[]>();
  for (const [r, [inputs, outputs]] of blocks(architecture)) {
    if (r === 4) {
      expected.set('4x4/Dense/weight', [16 * outputs, zDim + classes]);
      expected.set('4x4/Dense/bias', [outputs]);
    } else addLayer(expected, `${r}x${r}/${fused ? 'Conv0_up' : 'Conv0'}`, [outputs, inputs, 3, 3]);
    addLayer(expected, `${r}x${r}/${r === 4 ? 'Conv' : 'Conv1'}`, [outputs, outputs, 3, 3]);
    addLayer(expected, toRgbName(architecture, r), [3, outputs, 1, 1]);
  }
  return expected;
}

/** `8x8/ToRGB_lod2`: the toRGB of resolution r is as many halvings below the full one as its number says. */
export function toRgbName({ resolution }: { readonly resolution: number }, r: number): string {
  return `${r}x${r}/ToRGB_lod${Math.log2(resolution / r)}`;
}

/** Input and output channels of each resolution. */
function blocks(architecture: StyleGan1Architecture | PgganArchitecture): [number, [number, number]][] {
  const { channels } = architecture;
  return resolutionsOf(architecture).map((r) => [r, [channels.get(r / 2) ?? 0, channels.get(r) ?? 0]]);
}

function addLayer(expected: Map<string, number[]>, name: string, shape: number[]): void {
  expected.set(`${name}/weight`, shape);
  expected.set(`${name}/bias`, [shape[0]!]);
}
