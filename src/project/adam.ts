/** Adam (Kingma & Ba 2015, algorithm 1) for one array of parameters, which it changes in place. */
export class Adam {
  private readonly beta1 = 0.9;
  private readonly beta2 = 0.999;
  private readonly epsilon = 1e-8;

  /**
   * @param first moments so far, of the parameters' length: with `second` and `step` where a run is gone on with
   * @param step updates made so far
   */
  constructor(
    private readonly parameters: Float32Array,
    readonly first = new Float32Array(parameters.length),
    readonly second = new Float32Array(parameters.length),
    private step = 0,
  ) {}

  /** One update against `gradient`, which has the parameters' length. */
  update(gradient: Float32Array, learningRate: number): void {
    this.step++;
    const { parameters, first, second, beta1, beta2, epsilon } = this;
    const stepSize = learningRate / (1 - beta1 ** this.step);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.step);
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      const m = beta1 * first[i]! + (1 - beta1) * g;
      const v = beta2 * second[i]! + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i]! -= (stepSize * m) / (Math.sqrt(v) * correction + epsilon);
    }
  }
}
