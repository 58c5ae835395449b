import { OPSET } from '../graph/onnx/lower.js';
import type { ExportCheck } from './check-export.js';
import type { ExportedModel, ExportedValue } from './export-onnx.js';

/** An exported model and the name of its file. */
export interface NamedModel extends ExportedModel {
  readonly file: string;
}

/**
 * A page in Markdown about exported models: inputs and outputs with shapes and ranges, how to run them, where they
 * come from.
 */
export function exportReadme(models: readonly NamedModel[], check?: ExportCheck): string {
  const { metadata } = models[0]!;
  return [
    `# ${TITLES[metadata['architecture'] ?? '']} generator, ${metadata['resolution']} px, as ONNX`,
    '',
    `Operator set ${OPSET}, 32-bit floats in and out${
      metadata['weights'] === 'f16' ? ', large weights stored as halves' : ''
    }${metadata['computed'] === undefined ? '' : `, blocks computed in ${metadata['computed']} on`}. N is the number of pictures, any from 1.`,
    '',
    ...models.flatMap(modelSection),
    '## Running it',
    '',
    ...pythonExample(models),
    '',
    ...javascriptExample(models),
    '',
    '## Where it comes from',
    '',
    ...Object.entries(metadata)
      .filter(([key]) => key !== 'part')
      .map(([key, value]) => `- ${key}: ${codeSpan(value)}`),
    ...(check === undefined ? [] : ['', checkLine(check)]),
    '',
    'The same entries are in the `metadata_props` of each file.',
    '',
  ].join('\n');
}

const TITLES: Readonly<Record<string, string>> = {
  stylegan2: 'StyleGAN2',
  stylegan1: 'StyleGAN',
  pggan: 'PGGAN',
};

function modelSection({ file, inputs, outputs }: NamedModel): string[] {
  const row = (kind: string) => (value: ExportedValue) =>
    `| ${kind} | \`${value.name}\` | ${shapeText(value)} | ${value.meaning} |`;
  return [
    `## ${codeSpan(file)}`,
    '',
    '| | name | shape | what it is |',
    '|---|---|---|---|',
    ...inputs.map(row('input')),
    ...outputs.map(row('output')),
    '',
  ];
}

function shapeText({ shape }: ExportedValue): string {
  return `[${shape.join(', ')}]`;
}

function pythonExample(models: readonly NamedModel[]): string[] {
  const runs = models.flatMap(({ file, inputs, outputs }) => [
    `${outputs[0]!.name} = onnxruntime.InferenceSession(${JSON.stringify(file)}).run(None, {`,
    ...inputs.map((value) => `    ${JSON.stringify(value.name)}: ${pythonValue(value)},`),
    '})[0]',
  ]);
  return [
    '```python',
    'import numpy, onnxruntime',
    '',
    'N, seed = 1, 0',
    ...runs,
    'pixels = numpy.clip(image * 127.5 + 128, 0, 255).astype(numpy.uint8).transpose(0, 2, 3, 1)',
    '```',
  ];
}

function pythonValue({ name, shape }: ExportedValue): string {
  if (name === 'ws') return 'ws';
  if (shape.length === 0) return `numpy.float32(${EXAMPLES[name]})`;
  if (name === 'label') return `numpy.eye(${shape[1]}, dtype=numpy.float32)[[0] * N]`;
  return `numpy.random.RandomState(seed).randn(${shape.join(', ')}).astype(numpy.float32)`;
}

/** Values of single numbers in examples. */
const EXAMPLES: Readonly<Record<string, number>> = { psi: 0.7, cutoff: 8 };

function javascriptExample(models: readonly NamedModel[]): string[] {
  const runs = models.flatMap(({ part, file, inputs, outputs }) => [
    `const ${part} = await ort.InferenceSession.create(${JSON.stringify(file)});`,
    `const { ${outputs[0]!.name} } = await ${part}.run({`,
    ...inputs.map((value) => `  ${JSON.stringify(value.name)}: ${javascriptValue(value)},`),
    '});',
  ]);
  return ['```js', "import * as ort from 'onnxruntime-web'; // or onnxruntime-node", '', ...runs, '```'];
}

function javascriptValue({ name, shape }: ExportedValue): string {
  if (name === 'ws') return 'ws';
  const dims = shape.map((extent) => (extent === 'N' ? 1 : extent));
  const count = dims.reduce((product, extent) => product * extent, 1);
  const values = shape.length === 0 ? `[${EXAMPLES[name]}]` : `new Float32Array(${count}) /* ${name} */`;
  return `new ort.Tensor('float32', ${values}, [${dims.join(', ')}])`;
}

function checkLine({ seeds, difference, levels }: ExportCheck): string {
  return `Checked in ONNX Runtime with seeds ${seeds.join(' and ')}: at most ${difference.toExponential(1)} from what blend render makes, ${levels} of 255 levels.`;
}

/** Text as Markdown code, whatever is in it: names and metadata are anybody's. */
function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}
