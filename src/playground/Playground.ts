/**
 * A fake Discord to look at and to play with: a page on loopback, on which users write, run commands, click and submit,
 * and on which faults are caused.
 *
 * ```ts
 * import { Layer } from "effect"
 * import { Bot } from "fibercord"
 * import { Playground } from "fibercord/playground"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const PlaygroundLive = Bot.layer({ interactions: [] }).pipe(
 *   Layer.provideMerge(Playground.layer()),
 *   Layer.provideMerge(FakeDiscord.layer())
 * )
 * ```
 *
 * It listens on 127.0.0.1 only, and talks to its own pages only. Whoever can open the page can do whatever users of the
 * fake can, which is why it never shows a real Discord.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Inspector } from "../inspector/Inspector.ts"
import * as FakeDiscord from "../testing/FakeDiscord.ts"
import { serve } from "../testing/internal/files.ts"
import { coreOf } from "../testing/internal/opened.ts"
import { Changes } from "./internal/changes.ts"
import { FaultBoard } from "./internal/faultBoard.ts"
import { Pages } from "./internal/pages.ts"
import * as pageFiles from "./internal/pageFiles.ts"
import * as programPart from "./internal/programPart.ts"
import * as server from "./internal/server.ts"
import type { Program, Recorder, Time } from "./Parts.ts"

export type { Program, Recorder, Time } from "./Parts.ts"

/** Options of a playground. */
export interface Options {
  /** The port on 127.0.0.1. 0 means any free one. Default: 8470, or the next one that is free. */
  readonly port?: number | undefined
  /** The folder with the built page. Default: the one that comes with the package. */
  readonly page?: string | undefined
  /** The bot's process, if the playground is to restart it. Default: the page has no button that restarts it. */
  readonly program?: Program | undefined
  /** What notes the users' actions, to play them again. Default: nothing does. */
  readonly recorder?: Recorder | undefined
  /** What moves the clocks of Discord and the bot. Default: they cannot be moved. */
  readonly time?: Time | undefined
  /**
   * Where the inspector of a bot listens that is part of this program, for example `http://127.0.0.1:9320`. Default: that
   * of the service `Inspector` of `fibercord/inspector`, if it is provided.
   */
  readonly inspector?: string | undefined
  /** How many bytes may wait for a page that does not read, before it is dropped. Default: 8 MiB. */
  readonly buffer?: number | undefined
}

/** A playground could not be started. */
export class PlaygroundError extends Schema.TaggedError<PlaygroundError>("fibercord/playground/PlaygroundError")(
  "PlaygroundError",
  {
    /** `PageNotBuilt`: the folder has no built page. `NotListening`: the port cannot be listened on. */
    reason: Schema.Literals(["PageNotBuilt", "NotListening"]),
    /** What went wrong and what to do, for people. */
    detail: Schema.String
  }
) {
  override get message() {
    return this.detail
  }
}

/** The service: one playground. */
export class Playground extends Context.Service<
  Playground,
  {
    /** Where the page is: `http://127.0.0.1:PORT`. */
    readonly url: string
    readonly port: number
  }
>()("fibercord/playground/Playground") {}

/**
 * The port that a page has, if nothing else is there.
 *
 * ```ts
 * import { Playground } from "fibercord/playground"
 *
 * const PlaygroundLive = Playground.layer({ port: Playground.defaultPort + 100 })
 * ```
 */
export const defaultPort = 8470
const mebibyte = 1024 * 1024
// Ten files of Discord's 10 MiB for everybody, as base64, would be more than anybody sends by hand.
const maxPayload = 64 * mebibyte

const loadPage = (folder: string | undefined) =>
  Effect.suspend(() => {
    const place = folder ?? pageFiles.find()
    const files = place === undefined ? undefined : pageFiles.load(place)
    if (files !== undefined) return Effect.succeed(files)
    const where = place === undefined ? "The package has no built page" : `There is no built page in ${place}`
    const detail = `${where}: in a checkout of fibercord, run \`npm run build\``
    return Effect.fail(new PlaygroundError({ reason: "PageNotBuilt", detail }))
  })

// How many ports are tried, if none was asked for.
const tries = 20

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535

const listen = Effect.fnUntraced(function* (site: server.Site, asked: number | undefined) {
  if (asked !== undefined && !isPort(asked)) {
    const detail = `port is ${asked}, expected a number from 0 to 65535`
    return yield* new PlaygroundError({ reason: "NotListening", detail })
  }
  const from = asked ?? defaultPort
  let refused: NodeJS.ErrnoException | undefined
  for (let port = from; port < (asked === undefined ? from + tries : from + 1); port++) {
    const result = yield* Effect.result(server.start(site, { port, maxPayload }))
    if (Result.isSuccess(result)) return result.success
    refused = result.failure
    if (refused.code !== "EADDRINUSE") break
  }
  const inUse = asked === undefined ? `Ports ${from} to ${from + tries - 1} are in use` : `Port ${asked} is in use`
  const free = asked === undefined || refused?.code !== "EADDRINUSE" ? undefined : yield* server.nextFree(asked, tries)
  const advice = free === undefined ? "choose another one, or 0 for any" : `${free} is free, and 0 takes any free one`
  return yield* new PlaygroundError({
    reason: "NotListening",
    detail: refused?.code === "EADDRINUSE" ? `${inUse}: ${advice}` : String(refused?.message)
  })
})

/**
 * Starts a playground over a fake Discord. It ends when the scope closes.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Playground } from "fibercord/playground"
 *
 * const playground = Effect.gen(function* () {
 *   const { url } = yield* Playground.make({ port: 0 })
 *   yield* Effect.log(`The page is at ${url}`)
 * })
 * ```
 */
export const make = Effect.fnUntraced(function* (
  options: Options = {}
): Effect.fn.Return<Playground["Service"], PlaygroundError, FakeDiscord.FakeDiscord | Scope.Scope> {
  const fake = yield* FakeDiscord.FakeDiscord
  const core = coreOf(fake)
  const files = yield* loadPage(options.page)
  const run = yield* FiberSet.makeRuntime<never>()
  const { program, recorder, time } = options
  const pages = new Pages({ run, limits: { buffer: options.buffer ?? 8 * mebibyte, requests: 64 } })
  const changes = new Changes(core, (update, channel) => pages.publish(update, channel))
  yield* Effect.addFinalizer(() => Effect.sync(() => changes.stop()))
  const inspector = options.inspector ?? Option.getOrUndefined(yield* Effect.serviceOption(Inspector))?.url
  const close = pages.open({
    core,
    changes,
    faults: new FaultBoard(core, fake.faults),
    publish: (update) => pages.publish(update),
    program,
    view: () => program?.view() ?? programPart.own(inspector !== undefined),
    recorder,
    time
  })
  yield* Effect.addFinalizer(() => Effect.sync(close))
  if (program !== undefined) {
    const listener = (lines: ReadonlyArray<string>) => {
      if (lines.length > 0) return pages.publish({ type: "output", lines })
      pages.publish({ type: "program", program: program.view() })
      // A restart after a change of a file is recorded, too.
      if (recorder !== undefined) pages.publish({ type: "recorded", count: recorder.count() })
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => program.listen(listener)),
      (stop) => Effect.sync(stop)
    )
  }
  const site: server.Site = {
    files,
    connect: (socket, host) => pages.connect(socket, host),
    inspector: () => (program === undefined ? inspector : program.inspector?.()),
    cdn: (request, response) => serve(core.world.files, request, response)
  }
  const port = yield* listen(site, options.port)
  return { url: `http://127.0.0.1:${port}`, port }
})

/** A playground over a fake Discord. */
export const layer = (options?: Options): Layer.Layer<Playground, PlaygroundError, FakeDiscord.FakeDiscord> =>
  Layer.effect(Playground, make(options))
