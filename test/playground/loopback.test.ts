/** What is bound to loopback has 127.0.0.1 alone. All other addresses of a machine, 127.0.0.2 among them, are refused. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { connect } from "node:net"
import { Inspector } from "../../src/inspector/index.ts"
import { Playground } from "../../src/playground/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { emptyPage } from "./client.ts"

const TestLive = Playground.layer({ port: 0, page: emptyPage() }).pipe(
  Layer.provideMerge(FakeDiscord.layerServer()),
  Layer.provideMerge(Inspector.layer())
)

const canConnect = (host: string, port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (answer: boolean) => () => {
      socket.destroy()
      resume(Effect.succeed(answer))
    }
    socket.once("connect", end(true)).once("timeout", end(false)).once("error", end(false))
  })

it.live("the page, the inspector and both hosts of Discord listen on loopback only", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const ports = [
      (yield* Playground.Playground).port,
      (yield* Inspector.Inspector).port,
      ...[discord.gatewayUrl, discord.resumeUrl].map((url) => Number(new URL(url).port))
    ]
    const hear = (host: string) => Effect.forEach(ports, (port) => canConnect(host, port))
    assert.deepStrictEqual(yield* hear("127.0.0.1"), [true, true, true, true])
    assert.deepStrictEqual(yield* hear("127.0.0.2"), [false, false, false, false])
  }).pipe(Effect.provide(TestLive))
)
