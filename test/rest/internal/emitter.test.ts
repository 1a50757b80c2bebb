/** What the build gives `@discordjs/rest` instead of its own emitter behaves like one of Node. */
import { assert, describe, it } from "@effect/vitest"
import { EventEmitter } from "node:events"
import { Emitter } from "../../../src/rest/internal/emitter.ts"

type Either = Pick<Emitter, "on" | "once" | "off" | "removeAllListeners" | "listenerCount" | "emit">

const story = (emitter: Either): ReadonlyArray<unknown> => {
  const seen: Array<unknown> = []
  const emit = emitter.emit.bind(emitter) as (event: string, ...args: ReadonlyArray<unknown>) => boolean
  const first = (...args: ReadonlyArray<unknown>) => seen.push(["first", ...args])
  const last = (...args: ReadonlyArray<unknown>) => seen.push(["last", ...args])
  seen.push(emit("a", 0), emitter.listenerCount("a"))
  emitter.on("a", first).once("a", last).on("a", first)
  seen.push(emitter.listenerCount("a"), emit("a", 1, 2), emitter.listenerCount("a"))
  emitter.off("a", first).off("a", last).off("b", last)
  seen.push(emit("a", 3))
  // Those that are there when it begins are called, whatever they do.
  emitter.on("c", () => emitter.off("c", last).on("c", first)).on("c", last)
  seen.push(emit("c", 4), emit("c", 5))
  emitter.removeAllListeners("c")
  seen.push(emit("c"), emit("a", 6))
  try {
    emit("error", "nobody listens")
  } catch {
    seen.push("thrown")
  }
  emitter.removeAllListeners()
  seen.push(emit("a", 7))
  return seen
}

describe("the emitter of the build", () => {
  it("does what Node's does", () =>
    assert.deepStrictEqual(story(new Emitter()), story(new EventEmitter() as unknown as Either)))

  it("throws an error that nobody listens to", () => {
    const error = new Error("nobody listens") as never
    assert.throws(() => new Emitter().emit("error", error), "nobody listens")
  })
})
