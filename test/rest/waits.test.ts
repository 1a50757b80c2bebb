/** What a 429 says about how long to wait, by whatever sent it. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { RateLimited } from "../../src/rest/DiscordRestError.ts"
import { readLimit } from "../../src/rest/internal/answers.ts"

const day = 86_400_000

const header = (seconds: string) => (name: string) => (name === "retry-after" ? seconds : undefined)

describe("how long a 429 says to wait", () => {
  it.prop(
    "is a time above zero and of a day at most, or not said",
    {
      seconds: Schema.Union([
        Schema.Number,
        Schema.String,
        Schema.Literals(["1e308", "-1", "Infinity", "NaN", "0x10", "Thu, 26 Nov 2026 21:00:00 GMT", " "])
      ])
    },
    ({ seconds }) => {
      const read = [
        readLimit(header(String(seconds)), ""),
        readLimit(() => undefined, JSON.stringify({ retry_after: seconds }))
      ]
      for (const { retryAfter } of read) {
        if (retryAfter === undefined) continue
        assert.isAbove(retryAfter, 0)
        assert.isAtMost(retryAfter, day)
        // It can be told.
        assert.strictEqual(
          new RateLimited({ method: "GET", route: "/", global: true, retryAfter }).retryAfter,
          retryAfter
        )
      }
    }
  )

  it("is what it says in seconds, the longer one of header and body", () => {
    assert.strictEqual(readLimit(header("1.5"), `{"retry_after":0.5}`).retryAfter, 1500)
    assert.strictEqual(readLimit(header("0.5"), `{"retry_after":1.5}`).retryAfter, 1500)
    assert.strictEqual(readLimit(header("1e308"), "").retryAfter, day)
    assert.isUndefined(readLimit(header("0"), `{"retry_after":"soon"}`).retryAfter)
  })
})
