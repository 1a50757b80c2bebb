/** The word that somebody meant. */

/** How many letters have to be inserted, removed or replaced to make one word of the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The nearest of the known words, if one is near enough to have been meant: at most two letters of five differ. */
export const nearest = (word: string, known: ReadonlyArray<string>): string | undefined => {
  const far = Math.max(1, Math.ceil(word.length * 0.4))
  const [best] = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate) }))
    .filter((found) => found.far <= far)
    .sort((a, b) => a.far - b.far)
  return best?.candidate
}

/** ` Did you mean "http"?`, or nothing. */
export const didYouMean = (word: string, known: ReadonlyArray<string>): string => {
  const found = nearest(word, known)
  return found === undefined ? "" : ` Did you mean ${found}?`
}
