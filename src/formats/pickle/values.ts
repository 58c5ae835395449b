/**
 * What a pickle turns into: inert data. Classes and functions are only ever names, a call is a record of what would
 * have been called with what, and long bytes stay in the file. Values may be shared, cyclic and nested without
 * limit, so whatever walks them has to bound its steps and must not recurse.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | ByteRange
  | TextRange
  | PickleTuple
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickleObject
  | PersistentId;

/** A bytes or bytearray object, left where it is: positions in the file. */
export class ByteRange {
  readonly offset: number;
  readonly length: number;
  constructor(offset: number, length: number) {
    this.offset = offset;
    this.length = length;
  }
}

/** A string too long to be a name (source text, say), left where it is; encoded as UTF-8. */
export class TextRange extends ByteRange {}

export class PickleTuple {
  readonly items: readonly PickleValue[];
  /** Where in the file the opcode lies that pushed each item: who writes a changed copy of the pickle needs it. */
  readonly places: readonly number[];
  constructor(items: readonly PickleValue[], places: readonly number[] = []) {
    this.items = items;
    this.places = places;
  }
}

export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** A set or frozenset; the order is that of the pickle. */
export class PickleSet {
  readonly items: PickleValue[];
  constructor(items: PickleValue[] = []) {
    this.items = items;
  }
}

/** The name of a class or function. Nothing is looked up. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What Python would have made by calling `callable`, and what it would have been given afterwards. */
export class PickleObject {
  readonly callable: PickleValue;
  readonly args: readonly PickleValue[];
  readonly kwargs: PickleValue;
  /** As in {@link PickleTuple}, for `args`. */
  readonly places: readonly number[];
  /** Given to `__setstate__`, or the instance's attributes. */
  state: PickleValue = null;
  /** Appended items, of subclasses of list. */
  appended: PickleValue[] | undefined;
  /** Items that were set, of subclasses of dict. */
  entries: Map<PickleValue, PickleValue> | undefined;
  constructor(
    callable: PickleValue,
    args: readonly PickleValue[],
    kwargs: PickleValue = null,
    places: readonly number[] = [],
  ) {
    this.callable = callable;
    this.args = args;
    this.kwargs = kwargs;
    this.places = places;
  }
}

/** A reference to something that the pickle's container holds. */
export class PersistentId {
  readonly id: PickleValue;
  constructor(id: PickleValue) {
    this.id = id;
  }
}

/** Whether `value` is a call of the global `name` (`module.name`). */
export function isCallOf(value: PickleValue | undefined, name: string): value is PickleObject {
  return (
    value instanceof PickleObject && value.callable instanceof PickleGlobal && `${value.callable}` === name
  );
}

/** The entries of a dict, an OrderedDict or any other subclass of dict; undefined for anything else. */
export function entriesOf(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | undefined {
  if (value instanceof PickleDict) return value.entries;
  if (!(value instanceof PickleObject)) return undefined;
  if (value.entries !== undefined) return value.entries;
  if (!isCallOf(value, 'collections.OrderedDict')) return undefined;
  // Python 2 writes the items as the argument: a list of [key, value].
  const entries = new Map<PickleValue, PickleValue>();
  const pairs = itemsOf(value.args[0]) ?? [];
  for (const pair of pairs) {
    const [key = null, item = null] = itemsOf(pair) ?? [];
    entries.set(key, item);
  }
  return entries;
}

/** The items of a list or tuple; undefined for anything else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof PickleTuple ? value.items : undefined;
}
