/** What has to be closed: by hand, or by `await using`. */
export interface Closing extends AsyncDisposable {
  close(): Promise<void>;
}

/** The two ways of closing, of one function. */
export function closing(close: () => Promise<void>): Closing {
  return { close, [Symbol.asyncDispose]: close };
}
