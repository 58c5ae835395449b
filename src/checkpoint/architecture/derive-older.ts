import { InputFileError } from '../../errors.js';
import type { PgganArchitecture, StyleGan1Architecture } from './architecture.js';
import { DEFAULT_MAPPING_LR_MULTIPLIER } from './architecture.js';
import type { ExtentReader } from './extent-reader.js';
import type { ArchitectureHints, Shapes } from './hints.js';
import { olderTensors } from './older-tensors.js';

/** Resolution from which StyleGAN's `fused_scale='auto'` fuses doubling and convolution. */
const FUSED_FROM = 128;

type Older = StyleGan1Architecture | PgganArchitecture;

/** Measures a StyleGAN generator and checks every tensor of it. */
export function deriveStyleGan1(reader: ExtentReader): StyleGan1Architecture {
  const { hints } = reader;
  refuseProblem(reader);
  const resolution = reader.resolution();
  const mappingLayers = reader.count((i) => `mapping/Dense${i}/weight`);
  const classes = reader.optionalExtent('mapping/LabelConcat/weight', 0);
  const zDim =
    classes > 0
      ? reader.extent('mapping/LabelConcat/weight', 1, 2)
      : reader.extent('mapping/Dense0/weight', 1, 2);
  const { mappingLrMultiplier = DEFAULT_MAPPING_LR_MULTIPLIER, lod = 0 } = hints;
  const architecture: StyleGan1Architecture = {
    family: 'stylegan1',
    resolution,
    zDim,
    wDim: reader.extent(`mapping/Dense${Math.max(mappingLayers - 1, 0)}/weight`, 0, 2),
    classes,
    mappingLayers,
    ...(mappingLrMultiplier === DEFAULT_MAPPING_LR_MULTIPLIER ? {} : { mappingLrMultiplier }),
    channels: reader.channels(resolution, (r) => `synthesis/${r}x${r}/Conv${r === 4 ? '' : '1'}/weight`),
    fusedFrom: hints.fusedFrom === undefined ? FUSED_FROM : hints.fusedFrom,
    ...(lod > 0 ? { lod } : {}),
  };
  const width = mappingLayers > 1 ? reader.extent('mapping/Dense0/weight', 0, 2) : architecture.wDim;
  checkTensors(reader, architecture, width);
  checkHints(reader, { ...architecture, mappingWidth: width });
  return architecture;
}

/** Measures a PGGAN generator and checks every tensor of it. How many of z's inputs are a label, no shape tells. */
export function derivePggan(reader: ExtentReader, fused: boolean): PgganArchitecture {
  const { classes = 0, lod = 0 } = reader.hints;
  refuseProblem(reader);
  const resolution = reader.resolution();
  const inputs = reader.extent('4x4/Dense/weight', 1, 2);
  if (!(Number.isInteger(classes) && classes >= 0 && classes < inputs)) {
    throw contradiction(reader, 'classes', `fewer than the ${inputs} inputs of 4x4/Dense`, classes);
  }
  const architecture: PgganArchitecture = {
    family: 'pggan',
    resolution,
    zDim: inputs - classes,
    classes,
    channels: reader.channels(resolution, (r) => `${r}x${r}/Conv${r === 4 ? '' : '1'}/weight`),
    fused,
    ...(lod > 0 ? { lod } : {}),
  };
  checkTensors(reader, architecture, 0);
  checkHints(reader, architecture);
  return architecture;
}

/** Settings with which the TensorFlow code computes what this program does not: see `older-settings.ts`. */
function refuseProblem({ hints, path }: ExtentReader): void {
  if (hints.problem !== undefined) {
    throw new InputFileError('ARCHITECTURE_UNSUPPORTED', `${path}: ${hints.problem}`);
  }
}

function checkTensors({ tensors, path }: ExtentReader, architecture: Older, mappingWidth: number): void {
  const expected = olderTensors(architecture, mappingWidth);
  for (const [name, shape] of expected) {
    const found = tensors.get(name)?.shape;
    if (found === undefined && isOptional(name, architecture)) continue;
    if (found === undefined) {
      throw new InputFileError(
        'ARCHITECTURE_TENSOR_MISSING',
        `${path}: ${name}: expected this tensor, found none`,
      );
    }
    if (found.join() === shape.join()) continue;
    throw new InputFileError(
      'ARCHITECTURE_SHAPE',
      `${path}: ${name}: expected shape [${shape}], found [${found}]`,
    );
  }
  refuseUnexpected(tensors, expected, path);
}

/** Training leaves variables beside those of the network; layers that are not known change the picture. */
function refuseUnexpected(tensors: Shapes, expected: ReadonlyMap<string, unknown>, path: string): void {
  for (const name of tensors.keys()) {
    if (expected.has(name) || !/\/(weight|bias|const)$/.test(name)) continue;
    throw new InputFileError(
      'ARCHITECTURE_TENSOR_UNEXPECTED',
      `${path}: ${name}: expected only the tensors of a generator of this architecture, found this one`,
    );
  }
}

/**
 * Only truncation needs the average of w. The ToRGB that do not show are left out of networks with
 * `structure='fixed'`; at lod 1.3 those of lod 1 and 2 show.
 */
function isOptional(name: string, { lod = 0, resolution }: Older): boolean {
  if (name === 'dlatent_avg') return true;
  const found = /\/ToRGB_lod(\d+)\//.exec(name);
  if (found === null) return false;
  const clipped = Math.min(lod, Math.log2(resolution / 4));
  return Number(found[1]) < Math.floor(clipped) || Number(found[1]) > Math.ceil(clipped);
}

const NUMBERS = [
  'resolution',
  'zDim',
  'wDim',
  'classes',
  'mappingLayers',
  'mappingWidth',
] as const satisfies readonly (keyof ArchitectureHints)[];

/** What the file says beside the shapes has to agree with them. */
function checkHints(reader: ExtentReader, found: Older & { mappingWidth?: number }): void {
  const { hints } = reader;
  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = found;
  for (const key of NUMBERS) {
    const said = hints[key];
    if (said === undefined || numbers[key] === undefined || said === numbers[key]) continue;
    throw contradiction(reader, key, `${numbers[key]} from the tensors' shapes`, said);
  }
  if (found.family === 'pggan' && hints.fused !== undefined && hints.fused !== found.fused) {
    const layer = found.fused ? 'Conv0_up' : 'Conv0';
    throw contradiction(reader, 'fused_scale', `${found.fused} from the layers called ${layer}`, hints.fused);
  }
  const { mappingLrMultiplier, fusedFrom } = hints;
  if (
    mappingLrMultiplier !== undefined &&
    !(mappingLrMultiplier > 0 && Number.isFinite(mappingLrMultiplier))
  ) {
    throw contradiction(reader, 'mappingLrMultiplier', 'a number above 0', mappingLrMultiplier);
  }
  if (fusedFrom !== undefined && fusedFrom !== null && !(fusedFrom > 0)) {
    throw contradiction(reader, 'fusedFrom', 'a resolution', fusedFrom);
  }
  if (hints.lod !== undefined && !Number.isFinite(hints.lod)) {
    throw contradiction(reader, 'lod', 'a finite number', hints.lod);
  }
}

function contradiction(
  { path }: ExtentReader,
  what: string,
  expected: string,
  said: number | boolean,
): InputFileError {
  return new InputFileError(
    'ARCHITECTURE_CONTRADICTION',
    `${path}: ${what}: expected ${expected}, found ${said} in the file's settings`,
  );
}
