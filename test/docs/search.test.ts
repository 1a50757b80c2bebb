/** The words by which pages are found. */
import { assert, it } from "@effect/vitest"
import { weight, words } from "../../docs/.vitepress/search.ts"

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

it("what explains comes before names, and both before lists that have every word in them", () => {
  const ids = ["/guide/forms#forms", "/coming-from/dfx#dfx", "/reference/Modal#show", "/why/changelog#added"]
  assert.deepStrictEqual(
    [...ids].sort((a, b) => weight(b) - weight(a)),
    ids
  )
  assert.strictEqual(weight("/conformance/routes#routes"), weight("/why/changelog#added"))
})

it("the browser can run it by its source alone", () => {
  const other = new Function(`return ${String(weight)}`)() as typeof weight
  assert.strictEqual(other("/reference/Modal#show"), weight("/reference/Modal#show"))
  const copy = new Function(`return ${String(words)}`)() as typeof words
  assert.deepStrictEqual(copy("Größe.x"), words("Größe.x"))
})
