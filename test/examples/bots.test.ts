/** What holds for all bots of `examples/bots`: they are short, write no JSON of messages, and each is played. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../examples/bots/", import.meta.url))
const bots = readdirSync(folder)

/** Discord's own names of what messages consist of, and the calls that send them. */
const json = /\b(?:custom_id|allowed_mentions|sticker_ids|message_reference|createMessage|editMessage|followUp\(api)\b/

describe("examples/bots", () => {
  it("has bots", () => assert.isAtLeast(bots.length, 6))

  for (const file of bots) {
    it(`${file} has fewer than 150 lines, no JSON of a message, and a test that plays it`, () => {
      const source = readFileSync(folder + file, "utf8")
      assert.isBelow(source.trimEnd().split("\n").length, 150)
      assert.notMatch(source, json)
      const test = fileURLToPath(new URL(file.replace(/\.ts$/, ".test.ts"), import.meta.url))
      assert.isTrue(existsSync(test), `there is no ${test}`)
    })
  }
})
