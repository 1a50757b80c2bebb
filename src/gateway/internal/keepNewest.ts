/**
 * The same function, which remembers its newest result: all shards of a fleet ask for the same, and a process of a few dozen of
 * them would consist of what parses URLs otherwise. What is returned must not be changed.
 */
export const keepNewest = <A>(make: (first: string, second?: string) => A): typeof make => {
  let newest: { readonly first: string; readonly second: string | undefined; readonly result: A } | undefined
  return (first, second) => {
    if (newest?.first === first && newest.second === second) return newest.result
    const result = make(first, second)
    newest = { first, second, result }
    return result
  }
}
