import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import { requireRendered, resolutionOf } from '../checkpoint/checkpoint.js';
import type { Engine, Executable, Values } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { blockResolutions, blocksOf, CARRIED, handedOverShapes } from '../generator/blocks.js';
import { loadPart } from '../generator/load-generator.js';
import { noiseFeeds, ownNoise } from '../generator/noise-layers.js';
import { blockProgram } from '../generator/programs.js';
import { elementCount } from '../numbers/shape.js';
import { type Picture, toPicture } from '../picture/picture.js';
import { mapSeeds } from '../render/map-seeds.js';
import type { SeedOptions } from '../render/styles.js';
import { groupOf } from '../swap/recipe/groups.js';
import type { Candidate } from './candidate.js';

export interface CandidateOptions extends SeedOptions {
  readonly signal?: AbortSignal;
  /**
   * Stop at this resolution, for a quick look: pictures of this side, which lack what finer resolutions would have
   * added. StyleGAN2 only, whose every resolution adds to the picture. The whole network unless given.
   */
  readonly size?: number;
}

/** Receives each picture once, in whatever order they become ready. */
export type Deliver = (candidate: number, seed: number, picture: Picture) => Promise<void> | void;

/** Activations that are kept for the seeds that are rendered together, in bytes. */
const KEPT_BYTES = 512 * 1024 * 1024;

/** Weights of compiled blocks that are kept for being used again, in bytes: two generators of 1024 px and a half. */
const COMPILED_BYTES = 320 * 1024 * 1024;

/**
 * Renders seeds through several generators of one shape. What they have in common is computed once: from 4 px
 * upwards, generators whose tensors agree up to a resolution share the activations up to there, which are handed from
 * block to block exactly as within the whole network; and blocks of equal tensors are loaded and compiled once,
 * wherever they occur. A binary swap of two models needs no more than the blocks of these two, and a block goes when
 * nothing is left that needs it.
 *
 * Memory holds the activations of a few seeds and some blocks (of binary swaps those of one generator), however many
 * candidates there are.
 * @param deliver called with the index of the candidate and the index of the seed
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED`, `TENSOR_NOT_FINITE`; UsageError as `mapSeeds`; AbortedError
 */
export async function renderCandidates(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  engine: Engine,
  options: CandidateOptions,
  deliver: Deliver,
): Promise<void> {
  const [first] = candidates;
  if (first === undefined || seeds.length === 0) return;
  const architecture = requireRendered(first.checkpoint);
  const blocks = blocksOf(architecture).filter((r) => r <= (options.size ?? architecture.resolution));
  const compiled = new CompiledBlocks(engine, architecture, blocks.at(-1)!);
  try {
    const together = seedsTogether(architecture, blocks);
    const groups = groupsOf(candidates, (candidate) => contentOf(candidate, isSource));
    for (const sources of groups) compiled.expect(blocks, sources, Math.ceil(seeds.length / together));
    for (const sources of groups) {
      const network = await loadPart(sources[0]!.candidate.checkpoint, isSource);
      const noise = noiseFeeds(ownNoise(network));
      for (let start = 0; start < seeds.length; start += together) {
        throwIfAborted(options.signal);
        const chosen = seeds.slice(start, start + together);
        const ws = await mapSeeds(network, engine, chosen, options);
        const states: Values[] = ws.map((rows) => ({ ws: rows }));
        const walk: Walk = {
          blocks,
          compiled,
          noise,
          options,
          deliver: (c, s, p) => deliver(c, start + s, p),
        };
        await visit(walk, 0, sources, states);
      }
    }
  } finally {
    await compiled.dispose();
  }
}

interface Numbered {
  readonly candidate: Candidate;
  readonly index: number;
}

interface Walk {
  readonly blocks: readonly number[];
  readonly compiled: CompiledBlocks;
  readonly noise: Values;
  readonly options: CandidateOptions;
  readonly deliver: Deliver;
}

/** Runs the block at `level` for every seed, once for all candidates that share it, and goes on from there. */
async function visit(
  walk: Walk,
  level: number,
  group: readonly Numbered[],
  states: readonly Values[],
): Promise<void> {
  const { blocks, compiled, noise, options, deliver } = walk;
  const r = blocks[level]!;
  for (const members of compiled.alike(group, r)) {
    const block = await compiled.get(members[0]!.candidate, r);
    const after: Values[] = [];
    for (const [i, state] of states.entries()) {
      throwIfAborted(options.signal);
      const result = await block.run({ ...noise, ...state });
      if (level < blocks.length - 1) {
        after.push({ ws: state['ws']!, ...handedOn(result) });
        continue;
      }
      const picture = toPicture(result['picture']!);
      for (const { index } of members) await deliver(index, i, picture);
    }
    await compiled.used(members[0]!.candidate, r);
    if (level < blocks.length - 1) await visit(walk, level + 1, members, after);
  }
}

/** Outputs of a block as inputs of the next. */
function handedOn(outputs: Values): Values {
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [`before.${name}`, values]));
}

/** Blocks of a network that are compiled when they are first needed; those not used for the longest make room. */
class CompiledBlocks {
  private readonly engine: Engine;
  private readonly architecture: RenderedArchitecture;
  private readonly last: number;
  /** By resolution and content; in order of use. */
  private readonly entries = new Map<string, { executable: Executable; bytes: number }>();
  /** By the same: how often each will still be needed. */
  private readonly left = new Map<string, number>();
  private readonly keys = new Map<Candidate, Map<number, string>>();

  constructor(engine: Engine, architecture: RenderedArchitecture, last: number) {
    this.engine = engine;
    this.architecture = architecture;
    this.last = last;
  }

  /** Says that these will go through all blocks so many times. */
  expect(blocks: readonly number[], group: readonly Numbered[], times: number): void {
    const [r, ...above] = blocks;
    if (r === undefined) return;
    for (const members of this.alike(group, r)) {
      const key = this.keyOf(members[0]!.candidate, r);
      this.left.set(key, (this.left.get(key) ?? 0) + times);
      this.expect(above, members, times);
    }
  }

  /** Those of a group that have the same block. */
  alike(group: readonly Numbered[], r: number): Numbered[][] {
    const among = group.map(({ candidate }) => candidate);
    return groupsOf(among, (candidate) => this.keyOf(candidate, r)).map((part) =>
      part.map(({ index }) => group[index]!),
    );
  }

  async get(candidate: Candidate, r: number): Promise<Executable> {
    const key = this.keyOf(candidate, r);
    const known = this.entries.get(key) ?? (await this.compile(candidate, r));
    this.entries.delete(key);
    this.entries.set(key, known);
    await this.makeRoom();
    return known.executable;
  }

  /** Says that a block has done its work for now; it goes where that was the last. */
  async used(candidate: Candidate, r: number): Promise<void> {
    const key = this.keyOf(candidate, r);
    const left = this.left.get(key)! - 1;
    this.left.set(key, left);
    if (left > 0) return;
    await this.entries.get(key)?.executable.dispose();
    this.entries.delete(key);
  }

  /** Of a block, equal for equal ones. */
  private keyOf(candidate: Candidate, r: number): string {
    const keys = this.keys.get(candidate) ?? new Map<number, string>();
    this.keys.set(candidate, keys);
    const key = keys.get(r) ?? `${r} px: ${contentOf(candidate, this.isOfBlock(r))}`;
    keys.set(r, key);
    return key;
  }

  async dispose(): Promise<void> {
    for (const { executable } of this.entries.values()) await executable.dispose();
    this.entries.clear();
  }

  private async compile(candidate: Candidate, r: number): Promise<{ executable: Executable; bytes: number }> {
    const { half } = this.engine;
    const network = await loadPart(candidate.checkpoint, this.isOfBlock(r), { half });
    const executable = await this.engine.compile(blockProgram(network, r, { isLast: r === this.last }));
    return { executable, bytes: weightsOfBlock(this.architecture, r) };
  }

  /** The one that was asked for last always stays. */
  private async makeRoom(): Promise<void> {
    let total = [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [key, { executable, bytes }] of this.entries) {
      if (total <= COMPILED_BYTES || this.entries.size === 1) return;
      this.entries.delete(key);
      await executable.dispose();
      total -= bytes;
    }
  }

  private isOfBlock(r: number): (name: string) => boolean {
    const resolutions = blockResolutions(this.architecture, r);
    return (name) => groupOf(name) !== 'noise' && resolutions.includes(resolutionOf(name) ?? 0);
  }
}

/** The tensors that decide ws and noise. */
function isSource(name: string): boolean {
  const group = groupOf(name);
  return group === 'mapping' || group === 'noise';
}

/** What some of a candidate's tensors are made of. */
function contentOf({ checkpoint, contentOf: of }: Candidate, isWanted: (name: string) => boolean): string {
  const contents = new Map<string, string[]>();
  for (const name of checkpoint.tensors.keys()) {
    if (!isWanted(name)) continue;
    const content = of(name);
    contents.set(content, [...(contents.get(content) ?? []), name]);
  }
  // Usually one for all of them.
  if (contents.size <= 1) return [...contents.keys()].join();
  return JSON.stringify([...contents].map(([content, names]) => [content, names.sort()]).sort());
}

function groupsOf(candidates: readonly Candidate[], key: (candidate: Candidate) => string): Numbered[][] {
  const groups = new Map<string, Numbered[]>();
  for (const [index, candidate] of candidates.entries()) {
    const of = key(candidate);
    groups.set(of, [...(groups.get(of) ?? []), { candidate, index }]);
  }
  return [...groups.values()];
}

/** How many seeds go through together: as many as have their activations in the memory that is set aside. */
function seedsTogether(architecture: RenderedArchitecture, blocks: readonly number[]): number {
  let bytes = 0;
  for (const r of blocks.slice(0, -1)) {
    const shapes = handedOverShapes({ architecture, halfFrom: undefined }, r);
    for (const name of CARRIED) bytes += 4 * (shapes[name] === undefined ? 0 : elementCount(shapes[name]));
  }
  return Math.max(1, Math.floor(KEPT_BYTES / Math.max(bytes, 1)));
}

/** About what the two convolutions of a block take. */
function weightsOfBlock({ channels }: RenderedArchitecture, r: number): number {
  const outputs = channels.get(r)!;
  return 4 * 9 * outputs * (outputs + (channels.get(r / 2) ?? outputs));
}
