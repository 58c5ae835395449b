import { modelLabel, openModel } from '../../checkpoint/names.js';
import type { LabelledModel } from '../../explore/parameters.js';

/** Opens models by name or path, each once. Closing them is the caller's. */
export async function openNamed(names: readonly string[]): Promise<LabelledModel[]> {
  const models: LabelledModel[] = [];
  try {
    for (const name of new Set(names))
      models.push({ name: modelLabel(name), checkpoint: await openModel(name) });
    return models;
  } catch (error) {
    await Promise.all(models.map(({ checkpoint }) => checkpoint.close()));
    throw error;
  }
}
