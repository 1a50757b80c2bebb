import { assert, describe, it } from "@effect/vitest"
import { createRequire } from "node:module"
import * as Intents from "../../src/gateway/Intents.ts"

// Loaded at run time, because a bundler or test runner that inlines these enums makes them undefined.
const { GatewayIntentBits } = createRequire(import.meta.url)("discord-api-types/v10") as {
  readonly GatewayIntentBits: Readonly<Record<string, string | number>>
}

describe("Intents", () => {
  it("have the names and bits of Discord", () => {
    const older = new Set(["GuildBans", "GuildEmojisAndStickers"])
    const theirs = Object.entries(GatewayIntentBits).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number" && !older.has(entry[0])
    )
    assert.deepStrictEqual(
      Object.entries(Intents.bits).sort(([a], [b]) => a.localeCompare(b)),
      theirs.sort(([a], [b]) => a.localeCompare(b))
    )
  })

  it("can be converted to bits and back", () => {
    assert.strictEqual(Intents.toBits(["Guilds", "MessageContent"]), 1 | (1 << 15))
    assert.strictEqual(Intents.toBits(513), 513)
    assert.deepStrictEqual(Intents.toNames(1 | (1 << 15)), ["Guilds", "MessageContent"])
  })
})
