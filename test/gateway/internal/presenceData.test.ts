import { assert, describe, it } from "@effect/vitest"
import { toData } from "../../../src/gateway/internal/presenceData.ts"

describe("Presence.toData", () => {
  it("fills in what Discord requires", () => {
    assert.deepStrictEqual(toData({}) as unknown, {
      activities: [],
      afk: false,
      since: null,
      status: "online"
    })
  })

  it("names activities by their type", () => {
    const { activities } = toData({
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
