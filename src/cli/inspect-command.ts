import { stat } from 'node:fs/promises';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { elementCount, familyName } from '../checkpoint/checkpoint.js';
import { BYTES_PER_ELEMENT } from '../checkpoint/dtype.js';
import { openModel } from '../checkpoint/names.js';
import { groupOf, type TensorGroup } from '../swap/groups.js';
import { parseRecipe } from '../swap/parse-recipe.js';
import { RECIPE_KEY, type RecordedRecipe } from '../swap/recipe-metadata.js';
import type { Outcome } from './outcome.js';
import { grouped, groupName, table } from './table.js';

/** Longer entries of the metadata are cut in the table; `--json` has all of them. */
const MAX_ENTRY = 160;

/** `blend inspect MODEL`: what a file holds, without computing anything. */
export async function inspectCommand(model: string): Promise<Outcome> {
  const checkpoint = await openModel(model);
  try {
    const { architecture, origin, metadata } = checkpoint;
    const [sha256, { size }] = await Promise.all([checkpoint.sha256(), stat(origin.path)]);
    const groups = groupsOf(checkpoint);
    const recipe = parseRecipe(metadata);
    return {
      document: {
        origin: { ...origin, bytes: size, sha256 },
        architecture: plain(architecture),
        dtypes: [...new Set(groups.flatMap((group) => group.dtypes))],
        tensors: groups,
        metadata,
        ...(recipe === undefined ? {} : { recipe }),
      },
      lines: [
        ...fileLines(checkpoint, size, sha256),
        '',
        ...architectureLines(checkpoint),
        '',
        ...tensorLines(groups),
        ...(recipe === undefined ? [] : ['', ...recipeLines(recipe)]),
        ...metadataLines(metadata, recipe !== undefined),
      ],
    };
  } finally {
    await checkpoint.close();
  }
}

interface Group {
  readonly group: TensorGroup;
  readonly tensors: number;
  readonly parameters: number;
  /** As the file stores them. */
  readonly bytes: number;
  readonly dtypes: readonly string[];
}

/** Mapping network, resolutions upwards, noise, filters: the groups of a blend. */
function groupsOf(checkpoint: Checkpoint): Group[] {
  const groups = new Map<TensorGroup, Group>();
  for (const { name, shape, dtype } of checkpoint.tensors.values()) {
    const group = groupOf(name);
    const count = elementCount(shape);
    const sum = groups.get(group) ?? { group, tensors: 0, parameters: 0, bytes: 0, dtypes: [] };
    groups.set(group, {
      group,
      tensors: sum.tensors + 1,
      parameters: sum.parameters + count,
      bytes: sum.bytes + count * BYTES_PER_ELEMENT[dtype],
      dtypes: [...new Set([...sum.dtypes, dtype])],
    });
  }
  const rank = (group: TensorGroup) =>
    typeof group === 'number' ? group : { mapping: 0, noise: Number.MAX_VALUE, filters: Infinity }[group];
  return [...groups.values()].sort((a, b) => (rank(a.group) < rank(b.group) ? -1 : 1));
}

function fileLines({ origin }: Checkpoint, size: number, sha256: string): string[] {
  const network = origin.network === undefined ? '' : `, network ${origin.network}`;
  return [
    `file            ${origin.path}`,
    `format          ${origin.format}${network}`,
    `size            ${grouped(size)} bytes`,
    `SHA-256         ${sha256}`,
  ];
}

/** How settings are called; those that are not listed, under their own names. */
const SETTING_NAMES: Readonly<Record<string, string>> = {
  zDim: 'z',
  wDim: 'w',
  mappingLayers: 'mapping layers',
  mappingWidth: 'mapping width',
  embedDim: 'class embedding',
  mappingLrMultiplier: 'mapping lr',
  convClamp: 'conv clamp',
};

function architectureLines({ architecture }: Checkpoint): string[] {
  const settings = Object.entries(architecture).filter(([key]) => key !== 'family');
  const line = (name: string, value: string) => `${name.padEnd(16)}${value}`;
  return [
    line('architecture', familyName(architecture)),
    ...settings.map(([key, value]) => line(SETTING_NAMES[key] ?? key, settingText(value))),
  ];
}

function settingText(value: unknown): string {
  if (value === null) return 'none';
  if (value instanceof Map) return [...value].map(([r, count]) => `${r} px: ${count}`).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** For JSON, which has no maps. */
function plain(architecture: object): Record<string, unknown> {
  const entries = Object.entries(architecture);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Map ? Object.fromEntries(value) : value]),
  );
}

function tensorLines(groups: readonly Group[]): string[] {
  const sum = (key: 'tensors' | 'parameters' | 'bytes') =>
    grouped(groups.reduce((total, group) => total + group[key], 0));
  return table([
    ['resolution', 'tensors', 'parameters', 'bytes', 'stored as'],
    ...groups.map((group) => [
      groupName(group.group),
      grouped(group.tensors),
      grouped(group.parameters),
      grouped(group.bytes),
      group.dtypes.join(', '),
    ]),
    ['in all', sum('tensors'), sum('parameters'), sum('bytes'), ''],
  ]);
}

function recipeLines(recipe: RecordedRecipe): string[] {
  const side = ({ path, sha256 }: RecordedRecipe['base']) =>
    sha256 === '' ? path : `${path} (SHA-256 ${sha256})`;
  const ramp = recipe.ramp === undefined ? '' : `, ramp ${recipe.ramp} octaves`;
  const alpha = Object.entries(recipe.alpha).map(([r, share]) => `${r} px ${Number(share.toFixed(4))}`);
  return [
    `blended from    base ${side(recipe.base)}`,
    `                transfer ${side(recipe.transfer)}`,
    `recipe          swap ${recipe.swap}${ramp}, structure ${recipe.structure}, mapping ${recipe.mapping}, noise ${recipe.noise}`,
    `α               ${alpha.join(', ')}`,
  ];
}

function metadataLines(metadata: Readonly<Record<string, string>>, recipeShown: boolean): string[] {
  const entries = Object.entries(metadata).filter(([key]) => !(recipeShown && key === RECIPE_KEY));
  if (entries.length === 0) return [];
  const cut = (text: string) => (text.length > MAX_ENTRY ? `${text.slice(0, MAX_ENTRY)}…` : text);
  return ['', 'metadata', ...entries.map(([key, value]) => `  ${cut(key)}: ${cut(value)}`)];
}
