import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { WrittenDType } from '../checkpoint/dtype.js';
import type { InPlaceReport } from '../checkpoint/in-place/plan-in-place.js';
import { writeInPlace } from '../checkpoint/in-place/write-in-place.js';
import type { NetworkName } from '../checkpoint/network-names.js';
import { writeRosinality } from '../checkpoint/rosinality-write.js';
import { writeCheckpoint } from '../checkpoint/write.js';
import type { Models } from '../swap/blend.js';
import { blendMetadata, draftMetadata } from '../swap/recipe-metadata.js';
import type { Recipe } from '../swap/recipe-model.js';
import { byteProgress } from './byte-progress.js';
import type { Context } from './outcome.js';
import type { OutputForm } from './output-form.js';

export interface BlendToWrite {
  readonly out: string;
  readonly form: OutputForm;
  /** By network. */
  readonly blends: ReadonlyMap<NetworkName, Checkpoint>;
  /** What the first of them is made of: recorded with the recipe. */
  readonly models: Models;
  readonly recipe: Recipe;
  readonly dtype: WrittenDType;
  readonly lossy: boolean | undefined;
  readonly force: boolean | undefined;
}

export interface WrittenBlend {
  /** The recipe as it is recorded; undefined where neither the file nor the answer has a place for it. */
  readonly recipe: unknown;
  /** What became of a container's tensors. */
  readonly inPlace: InPlaceReport | undefined;
}

/** Writes a blend in the form that was chosen. */
export async function writeBlend(blend: BlendToWrite, { signal, terminal }: Context): Promise<WrittenBlend> {
  const { out, form, blends, models, recipe } = blend;
  // All files are hashed while they are blended, on a thread of its own; not where nobody sees the hashes.
  const isRecorded = form.kind === 'safetensors' || terminal.isJson;
  const metadata = isRecorded ? blendMetadata(recipe, models) : undefined;
  metadata?.catch(() => {});
  const progress = byteProgress(terminal, 'blending');
  const options = { ...blend, signal, onProgress: progress.onProgress };
  const [first] = blends.values() as Iterable<Checkpoint> as [Checkpoint];
  let inPlace: InPlaceReport | undefined;
  try {
    if (form.kind === 'in-place') inPlace = await writeInPlace(out, form.container, blends, options);
    else if (form.kind === 'rosinality') await writeRosinality(out, first, options);
    else {
      await writeCheckpoint(out, first, {
        ...options,
        metadata: await draftMetadata(recipe, models),
        lateMetadata: () => metadata!,
      });
    }
  } finally {
    await progress.finish();
  }
  const recorded = await metadata;
  return { recipe: recorded && JSON.parse(recorded.recipe), inPlace };
}
