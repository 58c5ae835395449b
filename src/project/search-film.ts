/** Films of a search, whatever its length: some sixty frames in five seconds. */
const MAX_FRAMES = 60;

export const FILM_FPS = 12;

/** Every how many steps of a search a frame is taken. */
export function stepsPerFrame(steps: number): number {
  return Math.ceil(steps / MAX_FRAMES);
}
