import type { ByteWindow } from './byte-window.js';
import type { PickleMachine } from './machine.js';
import { OP } from './opcodes.js';
import { PickleDict, PickleSet, PickleTuple } from './values.js';

type Step = (machine: PickleMachine, window: ByteWindow) => void;

/**
 * What the opcodes do that need nothing but the machine and a fixed-size argument, which is in memory.
 */
export const SIMPLE_STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [OP.NONE, (m) => m.push(null)],
  [OP.NEWTRUE, (m) => m.push(true)],
  [OP.NEWFALSE, (m) => m.push(false)],
  [OP.BININT, (m, w) => m.push(w.i32())],
  [OP.BININT1, (m, w) => m.push(w.u8())],
  [OP.BININT2, (m, w) => m.push(w.u16())],
  [OP.BINFLOAT, (m, w) => m.push(w.f64())],

  [OP.EMPTY_LIST, (m) => m.push([])],
  [OP.LIST, (m) => m.push(m.popMark())],
  [OP.APPEND, (m) => m.append([m.pop()])],
  [OP.APPENDS, (m) => m.append(m.popMark())],
  [OP.EMPTY_TUPLE, (m) => m.push(new PickleTuple([]))],
  [OP.TUPLE, (m) => m.push(m.popMarked())],
  [OP.TUPLE1, (m) => m.tuple(1)],
  [OP.TUPLE2, (m) => m.tuple(2)],
  [OP.TUPLE3, (m) => m.tuple(3)],
  [OP.EMPTY_DICT, (m) => m.push(new PickleDict())],
  [OP.DICT, (m) => m.dict(m.popMark())],
  [OP.SETITEM, (m) => m.setItem()],
  [OP.SETITEMS, (m) => m.setItems(m.popMark())],
  [OP.EMPTY_SET, (m) => m.push(new PickleSet())],
  [OP.ADDITEMS, (m) => m.addItems(m.popMark())],
  [OP.FROZENSET, (m) => m.push(new PickleSet(m.popMark()))],

  [OP.MARK, (m) => m.mark()],
  [OP.POP, (m) => m.discard()],
  [OP.POP_MARK, (m) => void m.popMark()],
  [OP.DUP, (m) => m.push(m.top())],
  [OP.BINGET, (m, w) => m.get(w.u8())],
  [OP.LONG_BINGET, (m, w) => m.get(w.u32())],
  [OP.BINPUT, (m, w) => m.put(w.u8())],
  [OP.LONG_BINPUT, (m, w) => m.put(w.u32())],
  [OP.MEMOIZE, (m) => m.memoize()],

  [OP.STACK_GLOBAL, (m) => m.stackGlobal()],
  [OP.EXT1, (m, w) => extension(m, w.u8())],
  [OP.EXT2, (m, w) => extension(m, w.u16())],
  [OP.EXT4, (m, w) => extension(m, w.u32())],
  [OP.REDUCE, (m) => m.call()],
  [OP.NEWOBJ, (m) => m.call()],
  [OP.NEWOBJ_EX, (m) => m.callWithKeywords()],
  [OP.OBJ, (m) => m.callMarked()],
  [OP.BUILD, (m) => m.build()],
  [OP.BINPERSID, (m) => m.persistentId(m.pop())],

  // Frames only tell an unpickler how much to buffer; a length that cannot be is still a sign of damage.
  [OP.FRAME, (_, w) => w.requireRemaining(w.u64())],
]);

/** Codes stand for globals that the writing and the reading program have agreed upon (copyreg.add_extension). */
function extension(machine: PickleMachine, code: number): void {
  machine.global('copyreg.extension', String(code));
}
