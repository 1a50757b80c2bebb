import { assert, describe, it } from "@effect/vitest"
import { toData } from "../../../src/gateway/internal/presenceData.ts"

describe("the data of a presence", () => {
  it("has everything that Discord requires", () => {
    assert.deepStrictEqual(toData({}) as unknown, {
      activities: [],
      afk: false,
      since: null,
      status: "online"
    })
  })

  it("has the numbers of activity types", () => {
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
