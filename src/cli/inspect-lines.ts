import type { AnyArchitecture } from '../checkpoint/architecture/architecture.js';
import { familyName } from '../checkpoint/checkpoint.js';
import type { Inspection, NetworkInspection } from '../checkpoint/inspect/inspect.js';
import type { Container } from '../formats/container.js';
import { grouped, resolutionName, table } from './terminal/table.js';

/** Longer entries of the metadata are cut; `--json` has all of them. */
const MAX_ENTRY = 160;

/** Width of the column of names. */
const NAME = 16;

const CONTAINER_TEXTS: Readonly<Record<Container, string>> = {
  safetensors: '',
  pickle: ', in a pickle',
  'torch-zip': ', in a torch file (zip)',
  'torch-legacy': ', in a torch file (before 1.6)',
};

export function fileLines(file: Inspection, sha256: string): string[] {
  return [
    named('file', file.path),
    named('format', `${file.format}${CONTAINER_TEXTS[file.container]}`),
    ...(file.wrappings.length === 0 ? [] : [named('wrapped in', file.wrappings.join(', in it '))]),
    named('size', `${grouped(file.size)} bytes`),
    named('SHA-256', sha256),
    ...(file.networks.length === 1
      ? []
      : [named('networks', file.networks.map(({ name }) => name).join(', '))]),
  ];
}

/** @param isOneOfSeveral then it is called by its name */
export function networkLines(network: NetworkInspection, isOneOfSeveral: boolean): string[] {
  const { architecture, problem, dtypes } = network;
  const types = [...dtypes].map(([dtype, count]) => (dtypes.size === 1 ? dtype : `${dtype} (${count})`));
  return [
    ...(isOneOfSeveral ? [named('network', network.name)] : []),
    ...(architecture === undefined
      ? [named('architecture', `none that is known: ${problem}`)]
      : architectureLines(architecture)),
    ...(types.length === 0 ? [] : [named('stored as', types.join(', '))]),
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

function architectureLines(architecture: AnyArchitecture): string[] {
  const settings = Object.entries(architecture).filter(([key]) => key !== 'family');
  return [
    named('architecture', familyName(architecture)),
    ...settings.map(([key, value]) => named(SETTING_NAMES[key] ?? key, settingText(value))),
  ];
}

function settingText(value: unknown): string {
  if (value === null) return 'none';
  if (value instanceof Map) return [...value].map(([r, count]) => `${r} px: ${count}`).join(', ');
  // Of StyleGAN3's layers the names tell size and channels; `--json` has the rest.
  if (Array.isArray(value)) return value.map(({ name }) => name).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function sizeLines({ architecture, resolutions, tensors, parameters, bytes }: NetworkInspection): string[] {
  return table([
    ['resolution', 'tensors', 'parameters', 'bytes'],
    ...resolutions.map((row) => [
      resolutionName(row.resolution, architecture),
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

export function named(name: string, value: string): string {
  return `${name.padEnd(NAME)}${value}`;
}
