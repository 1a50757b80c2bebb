import { assert, it } from "@effect/vitest"
import * as Exit from "effect/Exit"
import * as GatewayError from "../../../src/gateway/GatewayError.ts"
import { divide, type WaitingSend } from "../../../src/gateway/internal/waitingSend.ts"

const setup = (guildIds: ReadonlyArray<string>) => {
  const settled: Array<Exit.Exit<void, GatewayError.GatewayError>> = []
  let isWithdrawn = false
  const whole: WaitingSend = {
    text: JSON.stringify({ op: 31, d: { guild_ids: guildIds } }),
    guildIds,
    settle: (result) => settled.push(result),
    isWithdrawn: () => isWithdrawn
  }
  const parts = divide(whole, (guildId) => guildId.slice(0, 1))
  return { parts, settled, whole, withdraw: () => (isWithdrawn = true) }
}

it("a payload is divided by who serves its guilds, and is sent when all of its parts are", () => {
  const { parts, settled } = setup(["a1", "b1", "a2"])
  assert.deepStrictEqual(
    parts.map(([key, { text }]) => [key, JSON.parse(text)]),
    [
      ["a", { op: 31, d: { guild_ids: ["a1", "a2"] } }],
      ["b", { op: 31, d: { guild_ids: ["b1"] } }]
    ]
  )
  parts[0]?.[1].settle(Exit.void)
  assert.isEmpty(settled)
  parts[1]?.[1].settle(Exit.void)
  assert.deepStrictEqual(settled, [Exit.void])
})

it("a payload fails with the first part that cannot be sent, and its parts are withdrawn with it", () => {
  const { parts, settled, withdraw } = setup(["a1", "b1"])
  const failure = Exit.fail(
    GatewayError.fromReason(new GatewayError.PayloadRejected({ op: 31, bytes: 0, detail: "no" }))
  )
  parts[1]?.[1].settle(failure)
  assert.strictEqual(settled[0], failure)
  assert.isFalse(parts[0]?.[1].isWithdrawn())
  withdraw()
  assert.isTrue(parts[0]?.[1].isWithdrawn())
})

it("a payload whose guilds are all served by one is left as it is", () => {
  const { parts, whole } = setup(["a1", "a2"])
  assert.deepStrictEqual(parts, [["a", whole]])
})
