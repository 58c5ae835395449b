// The commands as `--help` lists them. Their modules are loaded when they are called, so that --help answers at once.

export const GROUPS = {
  blend: 'Blending:',
  look: 'Looking at what a generator or a blend does:',
  find: 'Finding pictures in a generator:',
  files: 'Files:',
  machine: 'Models and machine:',
} as const;

export interface CommandEntry {
  /** Arguments behind the name, such as `<model>`, `[recipe]`, `<picture...>`. */
  readonly arguments: readonly string[];
  readonly about: string;
  readonly group?: keyof typeof GROUPS;
}

/** The commands of `blend` beside blending itself, in the order of `--help`. */
export const COMMANDS = {
  plan: {
    arguments: ['[recipe]'],
    about: 'Says what a blend would be made of, and what it takes, without reading the weights.',
    group: 'blend',
  },
  replay: {
    arguments: ['<file>'],
    about: 'Makes a blend once more, by the recipe that it carries, and compares the two bit for bit.',
    group: 'blend',
  },
  plot: {
    arguments: ['[recipe]'],
    about:
      'Draws the weight of every model at each resolution, of a recipe or of the options that describe a blend.',
    group: 'blend',
  },
  render: { arguments: ['<model>'], about: 'Renders faces.', group: 'look' },
  sweep: {
    arguments: ['[recipe]'],
    about:
      'Renders faces while one or two parameters of a blend or recipe vary, as a sheet: every swap unless told otherwise.',
    group: 'look',
  },
  slide: {
    arguments: [],
    about: 'Makes a film in which a blend changes while the faces stay.',
    group: 'look',
  },
  morph: {
    arguments: ['<picture>', '[recipe]'],
    about: "Makes a film from a picture's own projection to its counterpart in the blend.",
    group: 'look',
  },
  walk: {
    arguments: ['<model>'],
    about: 'Makes a film that walks through the latent space, from face to face.',
    group: 'look',
  },
  mix: {
    arguments: ['<model>'],
    about: 'Mixes styles: faces of rows with some of the styles of columns.',
    group: 'look',
  },
  noise: {
    arguments: ['<model>'],
    about:
      'Shows what noise does: faces with noise in all layers, none, fine and coarse ones, and how far it moves pixels.',
    group: 'look',
  },
  usage: {
    arguments: ['<model...>'],
    about:
      'Measures how much each resolution adds to the picture, of one StyleGAN2 generator or several side by side.',
    group: 'look',
  },
  project: {
    arguments: ['<model>', '<picture>'],
    about: 'Finds the w and noise with which a generator makes a picture.',
    group: 'find',
  },
  align: {
    arguments: ['<photo|folder...>'],
    about: 'Finds faces in photos and cuts them out as the pictures of FFHQ were.',
    group: 'find',
  },
  compare: {
    arguments: ['<a>', '<b>'],
    about: 'Shows how far two pictures are apart, in every metric that is possible here.',
    group: 'find',
  },
  attribute: {
    arguments: ['<model>', '<picture...>'],
    about: 'Tells whether a generator made pictures, by how near it comes to them and to its own.',
    group: 'find',
  },
  inspect: {
    arguments: ['<model>'],
    about: 'Says what a file holds, what Python would have run to open it, and how it was blended.',
    group: 'files',
  },
  diff: {
    arguments: ['<a>', '<b>'],
    about: 'Says how far two networks are from each other, resolution by resolution.',
    group: 'files',
  },
  convert: {
    arguments: ['<in>', '<out>'],
    about: 'Writes a network in another form: .safetensors, .pt, or in place of a container.',
    group: 'files',
  },
  export: {
    arguments: ['<model>'],
    about: 'Writes a generator as an ONNX model, for other programs and for browsers.',
    group: 'files',
  },
  models: {
    arguments: [],
    about: 'Names for generators: downloads them, keeps them, checks them.',
    group: 'machine',
  },
  doctor: {
    arguments: [],
    about: 'Says what this machine can compute with, and what it lacks.',
    group: 'machine',
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

/** The commands of `blend models`. */
export const MODELS_COMMANDS = {
  list: { arguments: [], about: 'Says which names there are, and whether their files are here.' },
  add: {
    arguments: ['<name>', '<path|url>'],
    about: 'Gives a name to a file, which stays where it is, or to an address to download from.',
  },
  pull: {
    arguments: ['<name...>'],
    about: 'Downloads files into the cache; goes on with what was interrupted.',
  },
  verify: { arguments: ['[name]'], about: 'Reads files and compares their SHA-256 with what was recorded.' },
  remove: {
    arguments: ['<name>'],
    about: 'Forgets a name of yours and deletes its download; files of your own stay.',
  },
  path: { arguments: ['<name>'], about: 'Prints where the file of a name is.' },
} as const satisfies Readonly<Record<string, CommandEntry>>;

/** The two programs themselves. */
export const PROGRAMS = {
  blend: {
    arguments: ['[recipe]'],
    about: 'Blends StyleGAN2, StyleGAN or PGGAN generators, resolution by resolution.',
  },
  toonify: {
    arguments: ['[picture|folder...]'],
    about: 'Turns pictures into their counterparts in the other domain of a blend.',
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;
