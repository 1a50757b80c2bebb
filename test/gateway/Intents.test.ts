import { assert, describe, it } from "@effect/vitest"
import { createRequire } from "node:module"
import * as Intents from "../../src/gateway/Intents.ts"

// Its enums are undefined where a bundler inlines them, as the test runner does: the reason that they are only tested
// here.
const { GatewayIntentBits } = createRequire(import.meta.url)("discord-api-types/v10") as {
  readonly GatewayIntentBits: Readonly<Record<string, string | number>>
}

describe("Intents", () => {
  it("are Discord's, by name and bit", () => {
    const older = new Set(["GuildBans", "GuildEmojisAndStickers"])
    const theirs = Object.entries(GatewayIntentBits).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number" && !older.has(entry[0])
    )
    assert.deepStrictEqual(
      Object.entries(Intents.bits).sort(([a], [b]) => a.localeCompare(b)),
      theirs.sort(([a], [b]) => a.localeCompare(b))
    )
  })

  it("go to bits and back", () => {
    assert.strictEqual(Intents.toBits(["Guilds", "MessageContent"]), 1 | (1 << 15))
    assert.strictEqual(Intents.toBits(513), 513)
    assert.deepStrictEqual(Intents.toNames(1 | (1 << 15)), ["Guilds", "MessageContent"])
  })
})
