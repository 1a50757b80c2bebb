import { assert, describe, it } from "@effect/vitest"
import * as Presence from "../../src/gateway/Presence.ts"

describe("Presence.toData", () => {
  it("fills in what Discord requires", () => {
    assert.deepStrictEqual(Presence.toData({}) as unknown, {
      activities: [],
      afk: false,
      since: null,
      status: "online"
    })
  })

  it("names activities by their type", () => {
    const { activities } = Presence.toData({
      activities: [
        { name: "chess" },
        { type: "streaming", name: "a game", url: "https://twitch.tv/x" },
        { state: "thinking" }
      ]
    })
    assert.deepStrictEqual(activities as unknown, [
      { name: "chess", type: 0 },
      { name: "a game", type: 1, url: "https://twitch.tv/x" },
      { name: "Custom Status", type: 4, state: "thinking" }
    ])
  })
})
