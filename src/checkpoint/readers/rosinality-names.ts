/**
 * Names and forms of rosinality/stylegan2-pytorch's `Generator` and `Discriminator` (`model.py`) against the
 * canonical ones. Layer k of `convs` and `noises` belongs to resolution 4·2^⌈…⌉: two layers for each resolution from
 * 8 px on.
 */

/** How a tensor differs in form. `quarter`: kernels of blurs are stored with a gain of 4. */
export type RosinalityForm = 'same' | 'first' | 'bias4' | 'noise' | 'scalar' | 'quarter';

export interface RosinalityName {
  readonly name: string;
  readonly form: RosinalityForm;
}

type Rule = readonly [RegExp, (...groups: string[]) => string, RosinalityForm];

/** Block and layer of `convs.{k}`: 0 and 1 are 8 px, 2 and 3 are 16 px, … */
const conv = (k: string) => `synthesis.b${8 * 2 ** Math.floor(Number(k) / 2)}.conv${Number(k) % 2}`;
const torgb = (k: string) => `synthesis.b${8 * 2 ** Number(k)}.torgb`;
/** Noise 0 is conv1 of 4 px, then they run as `convs`. */
const noise = (k: string) => (Number(k) === 0 ? 'synthesis.b4.conv1' : conv(String(Number(k) - 1)));

const GENERATOR: readonly Rule[] = [
  [/^style\.(\d+)\.(weight|bias)$/, (i, what) => `mapping.fc${Number(i) - 1}.${what}`, 'same'],
  [/^input\.input$/, () => 'synthesis.b4.const', 'first'],
  [/^conv1\.conv\.weight$/, () => 'synthesis.b4.conv1.weight', 'first'],
  [/^conv1\.conv\.modulation\.(weight|bias)$/, (what) => `synthesis.b4.conv1.affine.${what}`, 'same'],
  [/^conv1\.noise\.weight$/, () => 'synthesis.b4.conv1.noise_strength', 'scalar'],
  [/^conv1\.activate\.bias$/, () => 'synthesis.b4.conv1.bias', 'same'],
  [/^convs\.(\d+)\.conv\.weight$/, (k) => `${conv(k!)}.weight`, 'first'],
  [/^convs\.(\d+)\.conv\.modulation\.(weight|bias)$/, (k, what) => `${conv(k!)}.affine.${what}`, 'same'],
  [/^convs\.(\d+)\.noise\.weight$/, (k) => `${conv(k!)}.noise_strength`, 'scalar'],
  [/^convs\.(\d+)\.activate\.bias$/, (k) => `${conv(k!)}.bias`, 'same'],
  [/^convs\.(\d+)\.conv\.blur\.kernel$/, (k) => `${conv(k!)}.resample_filter`, 'quarter'],
  [/^to_rgb1\.conv\.weight$/, () => 'synthesis.b4.torgb.weight', 'first'],
  [/^to_rgb1\.conv\.modulation\.(weight|bias)$/, (what) => `synthesis.b4.torgb.affine.${what}`, 'same'],
  [/^to_rgb1\.bias$/, () => 'synthesis.b4.torgb.bias', 'bias4'],
  [/^to_rgbs\.(\d+)\.conv\.weight$/, (k) => `${torgb(k!)}.weight`, 'first'],
  [/^to_rgbs\.(\d+)\.conv\.modulation\.(weight|bias)$/, (k, what) => `${torgb(k!)}.affine.${what}`, 'same'],
  [/^to_rgbs\.(\d+)\.bias$/, (k) => `${torgb(k!)}.bias`, 'bias4'],
  [
    /^to_rgbs\.(\d+)\.upsample\.kernel$/,
    (k) => `synthesis.b${8 * 2 ** Number(k)}.resample_filter`,
    'quarter',
  ],
  [/^noises\.noise_(\d+)$/, (k) => `${noise(k!)}.noise_const`, 'noise'],
];

/** ConvLayers are sequences: a downsampling one starts with its blur. */
const DISCRIMINATOR: readonly Rule[] = [
  [/^final_conv\.0\.weight$/, () => 'b4.conv.weight', 'same'],
  [/^final_conv\.1\.bias$/, () => 'b4.conv.bias', 'same'],
  [/^final_linear\.0\.(weight|bias)$/, (what) => `b4.fc.${what}`, 'same'],
  [/^final_linear\.1\.(weight|bias)$/, (what) => `b4.out.${what}`, 'same'],
];

/** The canonical tensor of one of the generator's; undefined for a name that it does not have. */
export function canonicalOfRosinality(name: string): RosinalityName | undefined {
  return apply(GENERATOR, name);
}

/** The same for a discriminator of `blocks` residual blocks; the first layer is `convs.0`, the picture's. */
export function canonicalOfRosinalityDiscriminator(name: string, blocks: number): RosinalityName | undefined {
  const block = (k: string) => `b${4 * 2 ** (blocks - Number(k) + 1)}`;
  const rules: Rule[] = [
    [/^convs\.0\.0\.weight$/, () => `b${4 * 2 ** blocks}.fromrgb.weight`, 'same'],
    [/^convs\.0\.1\.bias$/, () => `b${4 * 2 ** blocks}.fromrgb.bias`, 'same'],
    [/^convs\.(\d+)\.conv1\.0\.weight$/, (k) => `${block(k!)}.conv0.weight`, 'same'],
    [/^convs\.(\d+)\.conv1\.1\.bias$/, (k) => `${block(k!)}.conv0.bias`, 'same'],
    [/^convs\.(\d+)\.conv2\.1\.weight$/, (k) => `${block(k!)}.conv1.weight`, 'same'],
    [/^convs\.(\d+)\.conv2\.2\.bias$/, (k) => `${block(k!)}.conv1.bias`, 'same'],
    [/^convs\.(\d+)\.conv2\.0\.kernel$/, (k) => `${block(k!)}.conv1.resample_filter`, 'same'],
    [/^convs\.(\d+)\.skip\.1\.weight$/, (k) => `${block(k!)}.skip.weight`, 'same'],
    [/^convs\.(\d+)\.skip\.0\.kernel$/, (k) => `${block(k!)}.skip.resample_filter`, 'same'],
  ];
  return apply([...rules, ...DISCRIMINATOR], name);
}

function apply(rules: readonly Rule[], name: string): RosinalityName | undefined {
  for (const [pattern, canonical, form] of rules) {
    const match = pattern.exec(name);
    if (match) return { name: canonical(...match.slice(1)), form };
  }
  return undefined;
}
