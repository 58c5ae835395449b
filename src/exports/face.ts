/** Faces in photos: finding them, cutting them out the FFHQ way, putting results back. */
export { alignFace, type Cutout, type CutoutOptions } from '../face/align.js';
export { chooseFaces, type FaceChoice } from '../face/choose-faces.js';
export {
  createFaceFinder,
  type Face,
  type FaceFinder,
  type FaceFinderOptions,
  type FaceSearchOptions,
} from '../face/detect/find-faces.js';
export type { Landmarks, Point } from '../face/landmarks.js';
export { type LandmarksFile, readLandmarks } from '../face/landmarks-file.js';
export { matchColours } from '../face/match-colours.js';
export { pasteFace } from '../face/paste.js';
export { openPhoto, type Photo, photoOf } from '../face/photo.js';
export { type Quad, quadOf } from '../face/quad.js';
