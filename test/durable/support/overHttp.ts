/** Processes that hear of interactions over HTTP, so that a test decides which one hears which. */
import { NodeHttpServer } from "@effect/platform-node"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import * as HttpInteractions from "../../../src/http/HttpInteractions.ts"
import type * as Interactions from "../../../src/interactions/router/Interactions.ts"
import { FakeDiscord } from "../../../src/testing/index.ts"

/** Starts a process of the bot, which ends with the scope. Returns its URL. */
export const overHttp = <E, R>(bot: Layer.Layer<Interactions.Interactions, E, R>) =>
  Effect.gen(function* () {
    const { publicKey } = yield* FakeDiscord.FakeDiscord
    const server = HttpRouter.serve(HttpInteractions.layer({ publicKey }), {
      disableListenLog: true,
      disableLogger: true
    }).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })), Layer.provide(bot))
    const { address } = yield* Effect.provide(HttpServer.HttpServer, yield* Layer.build(server))
    return "port" in address ? `http://127.0.0.1:${address.port}/interactions` : assert.fail(address._tag)
  })
