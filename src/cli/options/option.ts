/** Under which heading `--help` lists an option. */
export type Heading = keyof typeof HEADINGS;

/** In the order of `--help`. */
export const HEADINGS = {
  in: 'What goes in:',
  alpha: 'How much of which model (α):',
  out: 'What comes out:',
  face: 'Faces:',
  search: 'The search for a picture:',
  film: 'The film:',
  engine: 'What computes:',
  always: 'Always:',
} as const;

/**
 * Reads the word behind an option.
 * @param option its name, for messages
 * @param before what it was given before, where it may be given several times
 * @throws UsageError `OPTION_MALFORMED`
 */
export type Parser<Value> = (word: string, option: string, before?: Value) => Value;

/**
 * An option of the command line. Its property is called as its long name: `--noise-from` is `noiseFrom`, `--no-cache`
 * is `cache`.
 */
export interface OptionSpec<
  Flags extends string = string,
  Value = unknown,
  Always extends boolean = boolean,
> {
  /** `-p, --psi <number>`. */
  readonly flags: Flags;
  readonly about: string;
  readonly heading: Heading;
  /** Of options with a word. */
  readonly parse?: Parser<Value>;
  readonly choices?: readonly string[];
  /** What it is unless given. */
  readonly usual?: Value;
  /** How help words that. */
  readonly usualText?: string;
  /** The command cannot do without it. */
  readonly required?: boolean;
  /** Listed by `--help-all` only. */
  readonly rare?: boolean;
  /** Whether there is always a value; for the types. */
  readonly always?: Always;
}

/** Any option; what its parser takes back is its own affair. */
// biome-ignore lint/suspicious/noExplicitAny: values of all kinds.
export type AnyOption = OptionSpec<string, any, boolean>;

type Word<Rest> = Rest extends `${infer First} ${string}` ? First : Rest;
type Camel<Name> = Name extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Name;
type Key<Flags> = Flags extends `${string}--no-${infer Rest}`
  ? Camel<Word<Rest>>
  : Flags extends `${string}--${infer Rest}`
    ? Camel<Word<Rest>>
    : never;
type KeyOf<O> = O extends { readonly flags: infer Flags } ? Key<Flags> : never;
type ValueOf<O> = O extends OptionSpec<string, infer Value, boolean> ? Value : never;
type AlwaysOf<O> = O extends { readonly always?: infer A }
  ? true extends A
    ? false extends A
      ? false
      : true
    : false
  : false;

/** What a command is given for its options. */
export type OptionsOf<Specs extends readonly AnyOption[]> = {
  readonly [O in Specs[number] as AlwaysOf<O> extends true ? KeyOf<O> : never]: ValueOf<O>;
} & {
  readonly [O in Specs[number] as AlwaysOf<O> extends true ? never : KeyOf<O>]?: ValueOf<O>;
};

interface More<Value> extends Pick<OptionSpec<string, Value>, 'choices' | 'usualText' | 'rare'> {}

/** An option with a word behind it, which may be left out. */
export function option<const Flags extends string, Value>(
  flags: Flags,
  about: string,
  heading: Heading,
  parse: Parser<Value>,
  more: More<Value> = {},
): OptionSpec<Flags, Value, false> {
  return { flags, about, heading, parse, ...more };
}

/** An option that has a value where it is not given. */
export function withUsual<const Flags extends string, Value>(
  { always: _, ...spec }: OptionSpec<Flags, Value, boolean>,
  usual: Value,
  usualText?: string,
): OptionSpec<Flags, Value, true> {
  return { ...spec, usual, usualText };
}

/** An option that has to be given. */
export function required<const Flags extends string, Value>({
  always: _,
  ...spec
}: OptionSpec<Flags, Value, boolean>): OptionSpec<Flags, Value, true> {
  return { ...spec, required: true };
}

/** An option without a word: given or not. */
export function flag<const Flags extends string>(
  flags: Flags,
  about: string,
  heading: Heading,
  more: Pick<OptionSpec, 'rare'> = {},
): OptionSpec<Flags, boolean, false> {
  return { flags, about, heading, ...more };
}

/** An option with one word out of a few. */
export function choice<const Flags extends string, const Choice extends string>(
  flags: Flags,
  about: string,
  heading: Heading,
  choices: readonly Choice[],
  more: Pick<OptionSpec, 'rare' | 'usualText'> = {},
): OptionSpec<Flags, Choice, false> {
  return { flags, about, heading, choices, ...more };
}

/** The same option with other words about it. */
export function about<O extends AnyOption>(spec: O, text: string): O {
  return { ...spec, about: text };
}

/** The long name of an option, such as `--noise-from`. */
export function nameOf({ flags }: Pick<AnyOption, 'flags'>): string {
  return /--[\w-]+/.exec(flags)![0];
}
