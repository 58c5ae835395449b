import { basename } from 'node:path';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import { halfFrom } from '../generator/stylegan2/half-precision.js';
import { OPSET } from '../graph/onnx/lower.js';
import type { ExportSettings } from './export-options.js';

/**
 * What an exported model carries along: the file that it was made from with its SHA-256, that file's own metadata (a
 * blend's recipe with the hashes of its inputs, credits), and how it was exported.
 */
export async function exportMetadata(
  checkpoint: Checkpoint,
  { noise = 'const', cutoff, half = false, storeHalves = half }: ExportSettings,
): Promise<Record<string, string>> {
  const architecture = requireRendered(checkpoint);
  const { origin, metadata } = checkpoint;
  const space = latentSpaceOf(architecture);
  return {
    ...metadata,
    source: basename(origin.path),
    source_sha256: await checkpoint.sha256(),
    architecture: architecture.family,
    resolution: String(architecture.resolution),
    opset: String(OPSET),
    weights: storeHalves ? 'f16' : 'f32',
    ...(half ? { computed: `f16 from ${halfFrom(architecture.resolution)} px` } : {}),
    noise,
    ...(space.name === 'w' ? { cutoff: String(cutoff ?? space.cutoff) } : {}),
  };
}
