/** The words by which pages are found. */
import { assert, it } from "@effect/vitest"
import { words } from "../../docs/.vitepress/search.ts"

it("names of the code are words as a whole and in their parts", () => {
  assert.deepStrictEqual(words("Use `Reply.update`."), ["Use", "Reply.update", "Reply", "update"])
  assert.deepStrictEqual(words("onError, HTTPServer and max_concurrency"), [
    "onError",
    "on",
    "Error",
    "HTTPServer",
    "HTTP",
    "Server",
    "and",
    "max_concurrency",
    "max",
    "concurrency"
  ])
  assert.deepStrictEqual(words("fibercord/testing; 14:30"), [
    "fibercord/testing",
    "fibercord",
    "testing",
    "14:30",
    "14",
    "30"
  ])
})

it("the browser can run it by its source alone", () => {
  const copy = new Function(`return ${String(words)}`)() as typeof words
  assert.deepStrictEqual(copy("Größe.x"), words("Größe.x"))
})
