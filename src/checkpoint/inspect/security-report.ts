import {
  entriesOf,
  itemsOf,
  PersistentId,
  PickleGlobal,
  PickleObject,
  type PickleValue,
  TextRange,
} from '../../formats/pickle/values.js';
import type { CheckpointFile } from '../checkpoint-file.js';

/**
 * What opening a file in the program that it was made for would have run. A pickle names classes and functions, which
 * Python imports and calls; pickles of StyleGAN also carry Python source, which their loader executes.
 */
export interface SecurityReport {
  /** Classes and functions that every such file names. */
  readonly usual: readonly NamedGlobal[];
  /** All others: what to look at before a file is opened in Python. */
  readonly unusual: readonly NamedGlobal[];
  /** Source text in the file that Python would run. */
  readonly code: readonly CarriedCode[];
}

export interface NamedGlobal {
  /** `module.name` */
  readonly name: string;
  /** How often it is named. */
  readonly count: number;
}

/** Source text that the original loader executes. */
export interface CarriedCode {
  /** The class or function that is taken from it. */
  readonly name: string;
  /** Bytes of UTF-8. */
  readonly size: number;
  /** How many networks and modules use the same text. */
  readonly uses: number;
}

/** Values that are looked at in search of code: the number of opcodes bounds them, shared ones are visited once. */
const MAX_VALUES = 4_000_000;

const USUAL: readonly RegExp[] = [
  /^torch\.(Double|Float|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage$/,
  /^torch\.(float|bfloat|int|uint)\d+$/,
  /^torch\.(device|Size|Tensor|Generator)$/,
  /^torch\._utils\._rebuild_(tensor|tensor_v2|parameter|parameter_with_state)$/,
  /^torch\.storage\.(_load_from_bytes|UntypedStorage|TypedStorage)$/,
  /^torch\.nn\.modules\.[\w.]+$/,
  /^torch\.nn\.parameter\.Parameter$/,
  /^torch_utils\.persistence\._reconstruct_persistent_obj$/,
  /^(dnnlib\.)?(util\.)?EasyDict$/,
  /^dnnlib\.tflib\.network\.Network$/,
  /^tfutil\.Network$/,
  /^numpy\.(core|_core)\.(multiarray\.(_reconstruct|scalar)|numeric\._frombuffer)$/,
  /^numpy\.(ndarray|dtype)$/,
  /^numpy\.dtypes\.\w+$/,
  /^collections\.(OrderedDict|defaultdict)$/,
  /^_codecs\.encode$/,
  /^(builtins|__builtin__)\.(set|frozenset|bytearray|bytes|slice|complex|object|dict|list|int|float|str)$/,
  /^copy_?reg\._reconstructor$/,
  /^pathlib\.\w*Path$/,
  /^argparse\.Namespace$/,
];

/** Undefined for files that are no pickles. Storages of all networks are looked at, as the loader would. */
export async function securityReport(file: CheckpointFile): Promise<SecurityReport | undefined> {
  if (file.pickle === undefined) return undefined;
  // Storages inside of the pickle are pickles too; they are read with their network.
  for (const network of file.networks) await file.content(network);
  const { globals, value } = file.pickle;
  const named = [...globals].map(([name, count]) => ({ name: name.slice(0, 200), count }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const isUsual = ({ name }: NamedGlobal) => USUAL.some((pattern) => pattern.test(name));
  return {
    usual: named.filter(isUsual),
    unusual: named.filter((global) => !isUsual(global)),
    code: carriedCode(value),
  };
}

function carriedCode(value: PickleValue): CarriedCode[] {
  const found = new Map<string, { name: string; size: number; uses: number }>();
  for (const entries of dictsOf(value)) {
    const source = entries.get('module_src') ?? entries.get('build_module_src');
    if (!(source instanceof TextRange) && typeof source !== 'string') continue;
    const name = entries.get('class_name') ?? entries.get('build_func_name') ?? '(unnamed)';
    const isText = typeof source === 'string';
    const key = isText ? source : `${source.offset}`;
    const size = isText ? Buffer.byteLength(source, 'utf8') : source.length;
    const entry = found.get(`${name} ${key}`) ?? { name: String(name).slice(0, 200), size, uses: 0 };
    entry.uses += 1;
    found.set(`${name} ${key}`, entry);
  }
  return [...found.values()];
}

/** Every dict in a value, each once. */
function* dictsOf(root: PickleValue): Generator<ReadonlyMap<PickleValue, PickleValue>> {
  const seen = new Set<object>();
  const pending: PickleValue[] = [root];
  for (let steps = 0; pending.length > 0 && steps < MAX_VALUES; steps++) {
    const value = pending.pop()!;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const entries = entriesOf(value);
    if (entries !== undefined) {
      yield entries;
      for (const [key, item] of entries) pending.push(key, item);
    }
    for (const item of itemsOf(value) ?? []) pending.push(item);
    if (value instanceof PickleObject) {
      for (const item of value.args) pending.push(item);
      for (const item of value.appended ?? []) pending.push(item);
      pending.push(value.state, value.kwargs);
      if (!(value.callable instanceof PickleGlobal)) pending.push(value.callable);
    } else if (value instanceof PersistentId) pending.push(value.id);
  }
}
