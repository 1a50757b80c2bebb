/** What holds for all bots of `examples/bots` and `examples/durable`: they are short, write no JSON of messages, and each is played. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const folders = ["bots", "durable"].map((name) => fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url)))
const bots = folders.flatMap((folder) => readdirSync(folder).map((file) => ({ file, folder })))

/** Discord's own names of what messages consist of, and the calls that send them. */
const json = /\b(?:custom_id|allowed_mentions|sticker_ids|message_reference|createMessage|editMessage|followUp\(api)\b/

/** What a value is said to be, instead of being it. */
const cast = /\bas (?!const\b)[A-Za-z]|\bimport \* as [a-z]/

describe("examples/bots and examples/durable", () => {
  it("have bots", () => assert.isAtLeast(bots.length, 10))

  for (const { file, folder } of bots) {
    it(`${file} has fewer than 150 lines, no JSON of a message, no casts, and a test that plays it`, () => {
      const source = readFileSync(folder + file, "utf8")
      assert.isBelow(source.trimEnd().split("\n").length, 150)
      assert.notMatch(source, json)
      assert.notMatch(source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, "").replaceAll(/"[^"]*"|`[^`]*`/g, ""), cast)
      const test = fileURLToPath(new URL(file.replace(/\.ts$/, ".test.ts"), import.meta.url))
      assert.isTrue(existsSync(test), `there is no ${test}`)
    })
  }
})
