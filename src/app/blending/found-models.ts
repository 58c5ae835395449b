import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../../checkpoint/checkpoint-file.js';
import { modelLabel, resolveModel } from '../../checkpoint/names.js';
import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import { InputFileError, throwIfAborted, unlessAborted } from '../../errors.js';
import { blendModels } from '../../swap/blend.js';
import type { RecordedModel, RecordedRecipe } from '../../swap/recipe/recorded.js';

/** What is known of a file that is looked for. */
interface Wanted {
  readonly path: string;
  readonly sha256: string;
}

export interface ModelPlaces {
  /** Where models are, by name in the recipe, file name or label. */
  readonly model?: ReadonlyMap<string, string>;
  /** Further places of a model, by its name in the recipe. */
  readonly also?: (name: string) => readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * The files of a recorded recipe, found again: where the caller says, beside the file that names them, in the current
 * folder, or known by name. Only those with the recorded hashes count.
 */
export class FoundModels implements AsyncDisposable {
  /** Files by the names that the recipe has for them. */
  readonly found: Record<string, string> = {};
  private readonly opened: CheckpointFile[] = [];

  /** @param path the file that names the models */
  constructor(
    private readonly path: string,
    private readonly options: ModelPlaces,
  ) {}

  get files(): string[] {
    return this.opened.map(({ path }) => path);
  }

  /** @param network in place of the recorded ones */
  async blendOf(recorded: RecordedRecipe, network?: NetworkName): Promise<Checkpoint> {
    const checkpoints = new Map<string, Checkpoint>();
    for (const [name, input] of Object.entries(recorded.models)) {
      checkpoints.set(name, await this.checkpoint(name, input, network));
    }
    return blendModels(checkpoints, recorded);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.opened.map((file) => file.close()));
  }

  /** One of the models; one that was blended in memory is made again from its own. */
  async checkpoint(
    name: string,
    { model: path, sha256, blended, network: recorded }: RecordedModel,
    network?: NetworkName,
  ): Promise<Checkpoint> {
    if (sha256 === '' && blended !== undefined) return this.blendOf(blended, network);
    return (await this.file(name, { path, sha256 })).checkpoint(network ?? recorded);
  }

  /** @throws InputFileError `MODEL_MISSING`, `MODEL_HASH` */
  async file(name: string, wanted: Wanted): Promise<CheckpointFile> {
    for (const file of this.opened) {
      // A container is most often the base too; hashes are computed once.
      if ((await file.sha256()) !== wanted.sha256) continue;
      this.found[name] = file.path;
      return file;
    }
    const wrong: string[] = [];
    for (const path of this.candidates(name, wanted)) {
      throwIfAborted(this.options.signal);
      const file = await openCheckpointFile(path);
      this.opened.push(file);
      if ((await unlessAborted(file.sha256(), this.options.signal)) === wanted.sha256) {
        this.found[name] = path;
        return file;
      }
      wrong.push(path);
    }
    const what = `${this.path}: ${name}: expected ${wanted.path} with SHA-256 ${wanted.sha256}`;
    const hint = `say where it is: \`model\` ${name}=FILE`;
    if (wrong.length === 0)
      throw new InputFileError('MODEL_MISSING', `${what}, found no file of that name`, { hint });
    throw new InputFileError('MODEL_HASH', `${what}, found other content in ${wrong.join(' and ')}`, {
      hint,
    });
  }

  /** Where a model may be: where the user says, beside the blend, here, or known by its name. */
  private candidates(name: string, { path }: Wanted): string[] {
    const label = modelLabel(path);
    const given = [name, path, label]
      .map((key) => this.options.model?.get(key))
      .find((file) => file !== undefined);
    if (given !== undefined) return [resolveModel(given).path];
    const file = basename(path);
    const beside = file === '' ? [] : [join(dirname(this.path), file), `./${file}`];
    const near = [...beside, ...(this.options.also?.(name) ?? [])];
    return [...new Set([...near.filter((place) => existsSync(place)), ...known(label)])];
  }
}

/** The file of a generator's name, where it is one. */
function known(label: string): string[] {
  try {
    return [resolveModel(label).path];
  } catch {
    return [];
  }
}
