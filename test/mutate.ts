/** Payloads that are almost like those of Discord. */
import * as Effect from "effect/Effect"

/** An object of JSON. */
export type Json = Record<string, unknown>

/** A random number generator with a seed, so that a failure can be repeated. */
export const makeRandom = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const deep = (levels: number): unknown => {
  let node: unknown = { type: 2, custom_id: "fc1b:zzzzzz1:0" }
  for (let n = 0; n < levels; n++) {
    const field = ["components", "options", "component"][n % 3] ?? "component"
    node = { type: 1, [field]: field === "component" ? node : [node] }
  }
  return node
}

const oddities: ReadonlyArray<() => unknown> = [
  () => undefined,
  () => null,
  () => -1,
  () => 1e308,
  () => "",
  () => "x".repeat(100_000),
  () => "__proto__",
  () => "constructor",
  () => [],
  () => ({}),
  () => [null],
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
  () => deep(500),
  () => true,
  () => "\u0000\ud800"
]

/** The payload with one to three fields replaced, removed, or added under a name that every object inherits. */
export const mutate = (random: (below: number) => number, payload: Json): Json => {
  const result = structuredClone(payload)
  for (let n = random(3); n >= 0; n--) {
    let node: unknown = result
    while (typeof node === "object" && node !== null) {
      const keys = Object.keys(node)
      const key = keys[random(Math.max(1, keys.length))]
      if (key === undefined) break
      const child: unknown = (node as Json)[key]
      if (typeof child === "object" && child !== null && random(3) > 0) {
        node = child
        continue
      }
      const odd = oddities[random(oddities.length)]?.()
      const what = random(4)
      if (what === 0) Reflect.deleteProperty(node, key)
      else if (what === 1)
        Reflect.set(node, ["__proto__x", "toString", "hasOwnProperty", "then"][random(4)] ?? "x", odd)
      else Reflect.set(node, key, odd)
      break
    }
  }
  return result
}

/** The errors that nobody catches while the scope is open. */
export const escaped = Effect.gen(function* () {
  const errors: Array<unknown> = []
  const note = (error: unknown) => void errors.push(error)
  process.on("uncaughtException", note).on("unhandledRejection", note)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => process.off("uncaughtException", note).off("unhandledRejection", note))
  )
  return errors
})
