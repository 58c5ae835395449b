/** Faces of seeds through one generator or several, and what is made of pictures: sheets and films. */
export { blendCandidate, type Candidate, modelCandidate } from '../explore/candidate.js';
export { deviationPicture, type NoiseStudy, noiseStudy } from '../explore/noise-study.js';
export { type CandidateOptions, type Deliver, renderCandidates } from '../explore/render-candidates.js';
export { type Sliding, slide as slideFrames } from '../explore/slide.js';
export { type StyleMix, styleMix } from '../explore/style-mix.js';
export { type ResolutionUsage, resolutionUsage } from '../explore/usage.js';
export { walk as walkFrames } from '../explore/walk.js';
export { checkFilm, encodeFilm, type FilmSummary, writeFilm } from '../picture/film/film.js';
export { type FilmFormat, filmFormatOf } from '../picture/film/film-format.js';
export { fromPicture, type Picture, toPicture } from '../picture/picture.js';
export { readPicture, readWholePicture } from '../picture/read-picture.js';
export { contactSheet } from '../picture/sheet.js';
export { encodePicture, writePicture } from '../picture/write-picture.js';
export { NOISE_MODES, type NoiseMode } from '../render/noise-modes.js';
export { createRenderer, type Renderer, rendererOf } from '../render/renderer.js';
export { parseSeeds } from '../render/seeds.js';
export { type SeedOptions, type Truncation, truncated } from '../render/styles.js';
