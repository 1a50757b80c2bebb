/** Takes the place of `src/testing/internal/boundedMatches.ts`, which bounds patterns of others by `node:vm`. */
export const boundedMatches = (pattern: RegExp, content: string) =>
  Array.from(content.matchAll(pattern), (match) => ({ index: match.index, text: match[0] }))
