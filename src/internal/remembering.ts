/** A function that keeps its results: for what many ask for, over and over, with few different texts. */

// Far more than a bot has hosts. What they are is also up to a peer, which must not fill the memory.
const most = 64

/** Keeps what `make` returns, by its text. What it throws is not kept. */
export const remembering = <A>(make: (text: string) => A): ((text: string) => A) => {
  const known = new Map<string, A>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text)
    if (known.size === most) known.clear()
    known.set(text, made)
    return made
  }
}
