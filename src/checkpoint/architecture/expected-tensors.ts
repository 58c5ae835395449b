import { type Architecture, resolutionsOf } from './architecture.js';

/**
 * Every tensor that a generator of this architecture has: canonical name -> shape, in the order in which the
 * network uses them. Shapes are those of stylegan2-ada-pytorch (`training/networks.py`); a noise strength is a
 * scalar, shape `[]`.
 */
export function expectedTensors(architecture: Architecture): Map<string, number[]> {
  const expected = new Map<string, number[]>();
  addMapping(expected, architecture);
  for (const r of resolutionsOf(architecture)) addBlock(expected, architecture, r);
  return expected;
}

function addMapping(expected: Map<string, number[]>, architecture: Architecture): void {
  const { zDim, wDim, classes, mappingLayers } = architecture;
  const width = architecture.mappingWidth ?? wDim;
  const embedDim = classes > 0 ? (architecture.embedDim ?? wDim) : 0;
  if (classes > 0) {
    expected.set('mapping.embed.weight', [embedDim, classes]);
    expected.set('mapping.embed.bias', [embedDim]);
  }
  for (let i = 0; i < mappingLayers; i++) {
    const inputs = i === 0 ? zDim + embedDim : width;
    const outputs = i === mappingLayers - 1 ? wDim : width;
    expected.set(`mapping.fc${i}.weight`, [outputs, inputs]);
    expected.set(`mapping.fc${i}.bias`, [outputs]);
  }
  expected.set('mapping.w_avg', [wDim]);
}

function addBlock(expected: Map<string, number[]>, architecture: Architecture, r: number): void {
  const { wDim, variant, resolution } = architecture;
  const block = `synthesis.b${r}`;
  const outputs = architecture.channels.get(r) ?? 0;
  const inputs = architecture.channels.get(r / 2) ?? 0;

  const addAffine = (layer: string, features: number) => {
    expected.set(`${layer}.affine.weight`, [features, wDim]);
    expected.set(`${layer}.affine.bias`, [features]);
  };
  const addConvolution = (layer: string, from: number) => {
    expected.set(`${layer}.weight`, [outputs, from, 3, 3]);
    expected.set(`${layer}.bias`, [outputs]);
    expected.set(`${layer}.noise_strength`, []);
    expected.set(`${layer}.noise_const`, [r, r]);
    expected.set(`${layer}.resample_filter`, [4, 4]);
    addAffine(layer, from);
  };

  if (r === 4) expected.set(`${block}.const`, [outputs, 4, 4]);
  expected.set(`${block}.resample_filter`, [4, 4]);
  if (r > 4) addConvolution(`${block}.conv0`, inputs);
  addConvolution(`${block}.conv1`, outputs);
  if (variant === 'skip' || r === resolution) {
    expected.set(`${block}.torgb.weight`, [3, outputs, 1, 1]);
    expected.set(`${block}.torgb.bias`, [3]);
    addAffine(`${block}.torgb`, outputs);
  }
  if (variant === 'resnet' && r > 4) {
    expected.set(`${block}.skip.weight`, [outputs, inputs, 1, 1]);
    expected.set(`${block}.skip.resample_filter`, [4, 4]);
  }
}
