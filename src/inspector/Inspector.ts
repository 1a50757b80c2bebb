/**
 * What a bot does, to look at while it runs: its shards, Runtimes, durable dialogues, interactions, spans, REST calls and
 * logs, on a page or as JSON. It is off unless it is provided, can only be read, and is bound to this machine.
 *
 * ```ts
 * import { NodeRuntime } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Bot } from "fibercord"
 * import { Inspector } from "fibercord/inspector"
 *
 * Bot.layer({ interactions: [] }).pipe(
 *   Layer.provide(Bot.layerDiscord),
 *   Layer.provide(Inspector.layer({ port: 9320 })),
 *   Bot.launch,
 *   NodeRuntime.runMain
 * )
 * ```
 *
 * It sees what it is provided to: provide it last, so that it reaches the REST client too. Without a change of code,
 * `FIBERCORD_INSPECTOR_PORT=9320 node --import fibercord/inspector/preload bot.ts` does the same.
 *
 * Tokens are cut out of everything that it says. What users write and what the bot logs are shown to everybody who can
 * open connections on this machine.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import * as Inspection from "../internal/Inspection.ts"
import { Feed } from "./internal/feed.ts"
import { listen, loopback } from "./internal/server.ts"
import { Watch } from "./internal/watch.ts"
import { textOf } from "../internal/thrown.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The port; 0 takes one that is free, which the log names. Default: 0. */
  readonly port?: number | undefined
  /** The address: `127.0.0.1`, `::1` or `localhost`; any other one is refused. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /**
   * Whether the spans of fibercord are made for the inspector alone, if the bot has no tracer. They cost more than the
   * inspector itself. With a tracer they are there anyway. Default: `false`.
   */
  readonly spans?: boolean | undefined
}

/** The address is not one of this machine's own, or the port is taken. */
export class InspectorError extends Schema.TaggedError<InspectorError>("fibercord/inspector/InspectorError")(
  "InspectorError",
  {
    /** `NotLoopback`: the host is not this machine. `NotListening`: the port cannot be listened on. */
    reason: Schema.Literals(["NotLoopback", "NotListening"]),
    /** The host that was asked for. */
    host: Schema.String,
    /** Why the port cannot be listened on. */
    cause: Schema.optional(Schema.Defect())
  }
) {
  override get message() {
    return this.reason === "NotLoopback"
      ? `The inspector cannot be bound to \`${this.host}\`: it shows what users write, so it is only for this machine. Use 127.0.0.1, ::1 or localhost; from elsewhere, a tunnel such as \`ssh -L\` reaches it.`
      : `The inspector cannot listen on \`${this.host}\`: ${textOf(this.cause)}. Choose another port, or 0 for any.`
  }
}

/** Where the inspector listens. */
export class Inspector extends Context.Service<
  Inspector,
  {
    readonly port: number
    /** For example `http://127.0.0.1:9320`. */
    readonly url: string
  }
>()("fibercord/inspector/Inspector") {}

const makeWatch = Effect.fnUntraced(function* (context: Context.Context<never>) {
  const clock = yield* Clock.Clock
  return yield* Effect.acquireRelease(
    Effect.sync(() => new Watch(context, clock)),
    (watch) => Effect.sync(() => watch.close())
  )
})

const make = Effect.fnUntraced(function* ({ host = "127.0.0.1", port = 0, spans = false }: Options) {
  if (!loopback.has(host)) return yield* new InspectorError({ reason: "NotLoopback", host })
  const context = yield* Effect.context<never>()
  const known = Context.get(context, Inspection.Inspection)
  const watch = known instanceof Watch ? known : yield* makeWatch(context)
  if (spans) watch.makesSpans = true
  const feed = new Feed(watch)
  const listening = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => listen(feed, host, port),
      catch: (cause) => new InspectorError({ reason: "NotListening", host, cause })
    }),
    (listening) =>
      Effect.andThen(
        Effect.sync(() => feed.close()),
        Effect.promise(() => listening.close())
      )
  )
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${listening.port}`
  yield* Effect.logInfo(`The inspector of the bot is at ${url}`)
  const watched = watch.watch(context)
  return Context.make(Inspector, { port: listening.port, url }).pipe(
    Context.add(Inspection.Inspection, watch),
    // What is not part of the bot is seen too.
    Context.add(Logger.CurrentLoggers, Context.get(watched, Logger.CurrentLoggers)),
    Context.add(Tracer.Tracer, Context.get(watched, Tracer.Tracer))
  )
})

/** Lets a bot that it is provided to be looked into, until its scope closes. Fails with {@link InspectorError}. */
export const layer = (options: Options = {}): Layer.Layer<Inspector, InspectorError> =>
  Layer.effectContext(make(options))
