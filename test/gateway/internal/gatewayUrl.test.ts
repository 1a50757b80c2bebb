import { assert, describe, it } from "@effect/vitest"
import { isAllowed, isTrusted, withQuery } from "../../../src/gateway/internal/gatewayUrl.ts"

describe("gatewayUrl", () => {
  it("sends the token to Discord, and to the host that the bot was told to use", () => {
    const main = "wss://gateway.discord.gg"
    assert.isTrue(isAllowed("wss://gateway-us-east1-b.discord.gg", main))
    assert.isTrue(isAllowed("wss://gateway.discord.gg/?x=1", main))
    assert.isTrue(isAllowed("wss://proxy.example:8080", "wss://proxy.example:8080"))
    assert.isTrue(isAllowed("ws://127.0.0.1:2", "ws://127.0.0.1:1"))
    for (const here of ["ws://localhost:2", "ws://127.9.8.7:2", "ws://127.1:2", "ws://2130706433:2", "ws://[::1]:2"]) {
      assert.isTrue(isAllowed(here, "ws://127.0.0.1:1"), here)
    }
  })

  it("sends the token to no other host", () => {
    const main = "wss://gateway.discord.gg"
    for (const url of [
      "ws://gateway.discord.gg",
      "wss://discord.gg.evil.example",
      "wss://evildiscord.gg",
      "wss://evil.example",
      "https://gateway.discord.gg",
      "ws://127.0.0.1:1",
      "not a url",
      ""
    ]) {
      assert.isFalse(isAllowed(url, main), url)
    }
    assert.isFalse(isAllowed("wss://gateway.discord.gg", "wss://proxy.example"))
    for (const url of ["ws://evil.example", "ws://127.evil.example", "ws://127.0.0.1.evil.example"]) {
      assert.isFalse(isAllowed(url, "ws://127.0.0.1:1"), url)
    }
    assert.isFalse(isAllowed("ws://proxy.example", "wss://proxy.example"))
  })

  it("trusts a remembered main URL of Discord, or on the machine that the REST API is on", () => {
    const discord = "https://discord.com/api"
    const here = "http://127.0.0.1:1/api"
    assert.isTrue(isTrusted("wss://gateway.discord.gg", discord))
    assert.isTrue(isTrusted("wss://gateway.discord.gg", "http://rest-proxy.example/api"))
    assert.isTrue(isTrusted("ws://127.0.0.1:2", here))
    for (const url of ["ws://gateway.discord.gg", "ws://127.0.0.1:1", "wss://evil.example", "not a url", ""]) {
      assert.isFalse(isTrusted(url, discord), url)
    }
    for (const url of [
      "wss://evil.example",
      "ws://evil.example",
      "ws://127.evil.example",
      "ws://127.0.0.1.evil.example",
      "ws://localhost.evil.example",
      "http://127.0.0.1:2"
    ]) {
      assert.isFalse(isTrusted(url, here), url)
    }
  })

  it("asks for version 10, JSON and a compression, and keeps the query of the URL", () => {
    assert.strictEqual(withQuery("wss://gateway.discord.gg", undefined), "wss://gateway.discord.gg/?v=10&encoding=json")
    assert.strictEqual(
      withQuery("ws://proxy:1/path?key=a&v=9", "zstd-stream"),
      "ws://proxy:1/path?key=a&v=10&encoding=json&compress=zstd-stream"
    )
  })
})
