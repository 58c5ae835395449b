import { UsageError } from '../errors.js';

/** Seeds are 32-bit unsigned integers, 0..4294967295, as numpy's are. */
const MAX_SEED = 0xffffffff;

const STATE_WORDS = 624;
const MIDDLE_WORD = 397;

/** Where a generator of random numbers stands. Plain JSON values. */
export interface RandomSnapshot {
  /** The 624 words of the state, each as eight hexadecimal digits. */
  readonly words: string;
  readonly position: number;
  readonly spare: number | null;
}

/**
 * numpy's `RandomState(seed)`, so that a seed gives the face that it gives in the reference tools: the Mersenne
 * Twister MT19937 (Matsumoto & Nishimura 1998, seeded by their `init_genrand`), 53-bit doubles, and the polar
 * method for normal numbers, in the order in which numpy's legacy generator returns them.
 */
export class RandomState {
  private readonly state = new Uint32Array(STATE_WORDS);
  private position = STATE_WORDS;
  /**
   * The polar method makes normals in pairs; the first of a pair waits here, because the second is returned first.
   */
  private spare: number | undefined;

  /** @throws UsageError `SEED_OUT_OF_RANGE` for anything but an integer 0..4294967295. */
  constructor(seed: number) {
    requireSeed(seed);
    this.state[0] = seed;
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = this.state[i - 1]!;
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** Goes on from a snapshot as if it had never stopped. */
  static restored({ words, position, spare }: RandomSnapshot): RandomState {
    const random = new RandomState(0);
    for (let i = 0; i < STATE_WORDS; i++)
      random.state[i] = Number.parseInt(words.slice(8 * i, 8 * i + 8), 16);
    random.position = position;
    random.spare = spare ?? undefined;
    return random;
  }

  snapshot(): RandomSnapshot {
    const words = Array.from(this.state, (word) => word.toString(16).padStart(8, '0')).join('');
    return { words, position: this.position, spare: this.spare ?? null };
  }

  /** `count` numbers from the standard normal distribution. Continues where the last call ended. */
  randn(count: number): Float64Array {
    const normals = new Float64Array(count);
    for (let i = 0; i < count; i++) normals[i] = this.normal();
    return normals;
  }

  /** One number, uniform in [0, 1), with 53 random bits. */
  random(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  private normal(): number {
    if (this.spare !== undefined) {
      const waiting = this.spare;
      this.spare = undefined;
      return waiting;
    }
    for (;;) {
      const x = 2 * this.random() - 1;
      const y = 2 * this.random() - 1;
      const squared = x * x + y * y;
      if (squared >= 1 || squared === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
      this.spare = factor * x;
      return factor * y;
    }
  }

  /** The next tempered 32-bit word. */
  private word(): number {
    if (this.position === STATE_WORDS) this.twist();
    let y = this.state[this.position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < STATE_WORDS; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % STATE_WORDS]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE_WORD) % STATE_WORDS]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}

/** @throws UsageError `SEED_OUT_OF_RANGE` for anything but an integer 0..4294967295. */
export function requireSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return;
  throw new UsageError('SEED_OUT_OF_RANGE', `seed: expected a whole number 0..${MAX_SEED}, found ${seed}`);
}
