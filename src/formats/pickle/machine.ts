import { InputFileError } from '../../errors.js';
import {
  PersistentId,
  PickleDict,
  PickleGlobal,
  PickleObject,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from './values.js';

/** What is noted down while a pickle runs, where somebody wants to know. */
export interface Findings {
  /** Every class and function that the pickle names, with how often. */
  readonly globals?: Map<string, number>;
  readonly persistentIds?: PersistentId[];
}

/**
 * The stack and memo of the pickle machine and what opcodes do with them. Every operation takes time and memory in
 * proportion to the opcodes that led to it: nothing is copied more than once and nothing is expanded.
 */
export class PickleMachine {
  private readonly path: string;
  private readonly stack: PickleValue[] = [];
  /** Position in the file of the opcode that pushed each value of the stack. */
  private readonly places: number[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  /** Position in the file of the opcode at work, for messages. */
  position = 0;

  private readonly found: Findings;

  constructor(path: string, found: Findings = {}) {
    this.path = path;
    this.found = found;
  }

  damaged(what: string): InputFileError {
    return new InputFileError('PICKLE_DAMAGED', `${this.path}: at byte ${this.position}: ${what}`, {
      hint: 'the file is damaged, or is no pickle',
    });
  }

  push(value: PickleValue): void {
    this.stack.push(value);
    this.places.push(this.position);
  }

  /** The topmost value above the last mark. */
  top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged('expected a value on the stack');
    return this.stack.at(-1) as PickleValue;
  }

  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    this.places.pop();
    return value;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** Takes off everything above the last mark, and the mark. */
  popMark(): PickleValue[] {
    return this.popMarked().items as PickleValue[];
  }

  /** As {@link popMark}, with the places of the values. */
  popMarked(): PickleTuple {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.damaged('expected a mark on the stack');
    const tuple = new PickleTuple(this.stack.slice(mark), this.places.slice(mark));
    this.stack.length = mark;
    this.places.length = mark;
    return tuple;
  }

  /** POP: a value, or the mark where nothing is above it. */
  discard(): void {
    if (this.marks.length > 0 && this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  put(index: number): void {
    if (!Number.isSafeInteger(index) || index < 0)
      throw this.damaged(`expected a memo index, found ${index}`);
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.memo.set(this.memo.size, this.top());
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.damaged(`the memo has no entry ${index}`);
    this.push(value);
  }

  tuple(count: number): void {
    const items: PickleValue[] = [];
    const places = this.places.slice(-count);
    for (let i = 0; i < count; i++) items.unshift(this.pop());
    this.push(new PickleTuple(items, places));
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top();
    let list: PickleValue[];
    if (Array.isArray(target)) list = target;
    else if (target instanceof PickleObject) {
      target.appended ??= [];
      list = target.appended;
    } else throw this.damaged('expected a list to append to');
    for (const item of items) list.push(item);
  }

  /** DICT: alternating keys and values. */
  dict(items: readonly PickleValue[]): void {
    this.push(new PickleDict());
    this.setItems(items);
  }

  /** SETITEM: a key and a value above their dict. */
  setItem(): void {
    const value = this.pop();
    const key = this.pop();
    this.setItems([key, value]);
  }

  /** Adds alternating keys and values. */
  setItems(items: readonly PickleValue[]): void {
    const target = this.top();
    let entries: Map<PickleValue, PickleValue>;
    if (target instanceof PickleDict) entries = target.entries;
    else if (target instanceof PickleObject) {
      target.entries ??= new Map();
      entries = target.entries;
    } else throw this.damaged('expected a dict to put items into');
    if (items.length % 2 !== 0) throw this.damaged('expected a value for every key');
    for (let i = 0; i < items.length; i += 2) entries.set(items[i]!, items[i + 1]!);
  }

  addItems(items: readonly PickleValue[]): void {
    const target = this.top();
    if (target instanceof PickleSet) {
      for (const item of items) target.items.push(item);
    } else this.append(items);
  }

  /** STACK_GLOBAL: module and name are strings on the stack. */
  stackGlobal(): void {
    const name = this.pop();
    const module = this.pop();
    if (typeof name !== 'string' || typeof module !== 'string') {
      throw this.damaged('expected the name of a class or function');
    }
    this.global(module, name);
  }

  /** A class or function by name; Python would import its module here. */
  global(module: string, name: string): PickleGlobal {
    const global = this.named(module, name);
    this.push(global);
    return global;
  }

  /** Counts the name of a class or function without pushing it. */
  named(module: string, name: string): PickleGlobal {
    const global = new PickleGlobal(module, name);
    const { globals } = this.found;
    globals?.set(`${global}`, (globals.get(`${global}`) ?? 0) + 1);
    return global;
  }

  persistentId(id: PickleValue): void {
    const reference = new PersistentId(id);
    this.found.persistentIds?.push(reference);
    this.push(reference);
  }

  /** REDUCE, NEWOBJ: what would be called with a tuple of arguments becomes a record of that. */
  call(): void {
    const { items, places } = this.argumentTuple();
    this.push(new PickleObject(this.pop(), items, null, places));
  }

  callWithKeywords(): void {
    const kwargs = this.pop();
    const { items, places } = this.argumentTuple();
    this.push(new PickleObject(this.pop(), items, kwargs, places));
  }

  /** OBJ: the class and its arguments are above the mark. */
  callMarked(): void {
    const args = this.popMark();
    const callable = args.shift();
    if (callable === undefined) throw this.damaged('expected a class above the mark');
    this.push(new PickleObject(callable, args));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (!(target instanceof PickleObject)) throw this.damaged('expected an object to give a state to');
    target.state = state;
  }

  private argumentTuple(): PickleTuple {
    const args = this.pop();
    if (!(args instanceof PickleTuple)) throw this.damaged('expected a tuple of arguments');
    return args;
  }
}
