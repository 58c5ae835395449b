import type { InspectDocument } from '../../app/inspect.js';
import type { LayerSetting, NetworkDocument, Setting } from '../../app/inspecting/network-document.js';
import type { Container } from '../../formats/container.js';
import { grouped, resolutionName, table } from '../terminal/table.js';
import { named } from './named.js';

/** Longer entries of the metadata are cut; `--json` has all of them. */
const MAX_ENTRY = 160;

const CONTAINER_TEXTS: Readonly<Record<Container, string>> = {
  safetensors: '',
  pickle: ', in a pickle',
  'torch-zip': ', in a torch file (zip)',
  'torch-legacy': ', in a torch file (before 1.6)',
};

export function fileLines(file: InspectDocument): string[] {
  return [
    named('file', file.path),
    named('format', `${file.format}${CONTAINER_TEXTS[file.container]}`),
    ...(file.wrappings.length === 0 ? [] : [named('wrapped in', file.wrappings.join(', in it '))]),
    named('size', `${grouped(file.size)} bytes`),
    named('SHA-256', file.sha256),
    ...(file.networkNames.length === 1 ? [] : [named('networks', file.networkNames.join(', '))]),
  ];
}

/** @param isOneOfSeveral then it is called by its name */
export function networkLines(network: NetworkDocument, isOneOfSeveral: boolean): string[] {
  const types = Object.entries(network.dtypes);
  const stored = types.map(([dtype, count]) => (types.length === 1 ? dtype : `${dtype} (${count})`));
  return [
    ...(isOneOfSeveral ? [named('network', network.name)] : []),
    ...architectureLines(network),
    ...(stored.length === 0 ? [] : [named('stored as', stored.join(', '))]),
    '',
    ...sizeLines(network),
  ];
}

/** How settings are called; those that are not listed, under their own names. */
const SETTING_NAMES: Readonly<Record<string, string>> = {
  of: 'of a',
  zDim: 'z',
  wDim: 'w',
  mappingLayers: 'mapping layers',
  mappingWidth: 'mapping width',
  embedDim: 'class embedding',
  mappingLrMultiplier: 'mapping lr',
  convClamp: 'conv clamp',
  fusedFrom: 'fused from',
};

function architectureLines({ architecture, kind = '', problem }: NetworkDocument): string[] {
  if (architecture === null) return [named('architecture', `none that is known: ${problem}`)];
  const settings = Object.entries(architecture).filter(([key]) => key !== 'family');
  return [
    named('architecture', kind),
    ...settings.map(([key, value]) => named(SETTING_NAMES[key] ?? key, settingText(value))),
  ];
}

function settingText(value: Setting): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  // Of StyleGAN3's layers the names tell size and channels; `--json` has the rest.
  if (areLayers(value)) return value.map(({ name }) => name).join(', ');
  return Object.entries(value)
    .map(([r, count]) => `${r} px: ${count}`)
    .join(', ');
}

function areLayers(value: Setting): value is readonly LayerSetting[] {
  return Array.isArray(value);
}

function sizeLines({ architecture, resolutions, tensors, parameters, bytes }: NetworkDocument): string[] {
  return table([
    ['resolution', 'tensors', 'parameters', 'bytes'],
    ...resolutions.map((row) => [
      resolutionName(row.resolution, architecture ?? undefined),
      grouped(row.tensors),
      grouped(row.parameters),
      grouped(row.bytes),
    ]),
    ['in all', grouped(tensors), grouped(parameters), grouped(bytes)],
  ]);
}

/** @param shown entries that were shown already, under their keys */
export function metadataLines(
  metadata: Readonly<Record<string, string>>,
  shown: Readonly<Record<string, unknown>>,
): string[] {
  const entries = Object.entries(metadata).filter(([key]) => shown[key] === undefined);
  if (entries.length === 0) return [];
  const cut = (text: string) => (text.length > MAX_ENTRY ? `${text.slice(0, MAX_ENTRY)}…` : text);
  return ['', 'metadata', ...entries.map(([key, value]) => `  ${cut(key)}: ${cut(value)}`)];
}
