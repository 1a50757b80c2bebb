/**
 * A bot on your desk: the fake Discord, the page, and the bot as a process that is started again when its files change.
 * It is what `fibercord dev bot.ts` runs.
 *
 * ```ts
 * import { Dev } from "fibercord/playground"
 *
 * const DevLive = Dev.layer({ file: "bot.ts" })
 * ```
 *
 * The fake lives here and not in the bot's process, so that servers and messages stay when the bot is started again.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { createRequire } from "node:module"
import { extname, join, resolve } from "node:path"
import * as FakeDiscord from "../testing/FakeDiscord.ts"
import * as Program from "../testing/Program.ts"
import * as VirtualClock from "../testing/VirtualClock.ts"
import { follow } from "./internal/follow.ts"
import * as programPart from "./internal/programPart.ts"
import { Watcher } from "./internal/watcher.ts"
import type { Recorder } from "./Parts.ts"
import * as Playground from "./Playground.ts"
import * as Recording from "./Recording.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The file of the bot, relative to the working directory. */
  readonly file: string
  /** Arguments of the bot. Default: none. */
  readonly args?: ReadonlyArray<string> | undefined
  /** Arguments of Node, before the file: `["--inspect"]`. Default: none. */
  readonly nodeArgs?: ReadonlyArray<string> | undefined
  /** The page's port on 127.0.0.1. 0 means any free one. Default: 8470, or the next one that is free. */
  readonly port?: number | undefined
  /** The folder with the built page. Default: the one that comes with the package. */
  readonly page?: string | undefined
  /** Whether the bot is started again when its files change. Default: `true`. */
  readonly watch?: boolean | undefined
  /** Where a bot without a gateway takes interactions: they are posted there, signed. Default: over the gateway. */
  readonly http?: string | undefined
  /** Whether the bot can be looked into, if its fibercord has an inspector. Default: `true`. */
  readonly inspector?: boolean | undefined
  /** What notes the users' actions. Default: a recorder of {@link Recording}, with this file. */
  readonly recorder?: Recorder | undefined
}

/** How long files have to be left alone before the bot is started again, in milliseconds. */
const quiet = 100

const codeTypes: ReadonlySet<string> = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"])

/** By the clock of the machine, because the other one is moved by people. */
const rest = (millis: number) => Effect.provideService(Effect.sleep(millis), Clock.Clock, Clock.Clock.defaultValue())

/** The file that is preloaded into a bot so that it can be looked into; that of the fibercord which the bot uses. */
const inspectorOf = (): ReadonlyArray<string> => {
  try {
    const found = createRequire(join(process.cwd(), "bot.js")).resolve("fibercord/inspector/preload")
    return ["--import", found]
  } catch {
    return []
  }
}

/** Starts the bot again when its files change, until the scope closes. What users saw of that is part of the session. */
const supervise = Effect.fnUntraced(function* (
  program: Program.Program["Service"],
  recorder: Recorder
): Effect.fn.Return<void, never, Scope.Scope> {
  const changes = yield* Queue.sliding<string>(1)
  let hasEnded = false
  const watcher = new Watcher((file, isKnown) => {
    // A file that is new may be the one that was missing.
    if (isKnown || (hasEnded && codeTypes.has(extname(file)))) Queue.offerUnsafe(changes, file)
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => watcher.close()))
  watcher.add(resolve(program.file))
  yield* follow(program.loads, (files) => {
    for (const file of files) watcher.add(file)
  })
  yield* follow(program.changes, (state) => {
    hasEnded = state._tag === "Ended"
  })
  // What changes meanwhile waits in the queue. That the bot ended again is what its state says.
  const again = Queue.take(changes).pipe(
    Effect.andThen(rest(quiet)),
    Effect.andThen(Queue.clear(changes)),
    Effect.andThen(Effect.sync(() => recorder.note({ type: "restart", kill: hasEnded }))),
    Effect.andThen(Effect.ignore(program.restart())),
    Effect.catchDefect((defect) => Effect.logError("The bot could not be started again", defect))
  )
  yield* Effect.forkScoped(Effect.forever(again))
})

/** Enters the bot's URL as soon as the bot listens there. */
const enter = (discord: FakeDiscord.FakeDiscord["Service"], url: string): Effect.Effect<void> =>
  discord
    .interactionsEndpoint(url)
    .pipe(
      Effect.catch((refused) =>
        Effect.logDebug(`Discord does not accept ${url} yet: ${refused.message}`).pipe(
          Effect.andThen(rest(500)),
          Effect.andThen(Effect.suspend(() => enter(discord, url)))
        )
      )
    )

const start = Effect.fnUntraced(function* (options: Options) {
  const discord = yield* FakeDiscord.FakeDiscord
  const program = yield* Program.Program
  const clock = yield* VirtualClock.VirtualClock
  yield* Effect.forEach(["alice", "bob"], (name) => discord.user(name))
  const part = yield* programPart.make(program)
  // Before the program is ended without a warning.
  yield* Effect.addFinalizer(() => program.stop)
  const recorder = options.recorder ?? (yield* Recording.make({ file: options.file }))
  const playground = yield* Playground.make({
    port: options.port,
    page: options.page,
    recorder,
    program: part,
    time: { advance: (millis) => clock.advance(millis) }
  })
  if (options.watch !== false) yield* supervise(program, recorder)
  if (options.http !== undefined) yield* Effect.forkScoped(enter(discord, options.http))
  yield* Effect.forkScoped(Effect.ignore(program.start))
  return playground
})

/** The services of {@link layer}. */
export type Services = Playground.Playground | FakeDiscord.FakeDiscord | Program.Program | VirtualClock.VirtualClock

/**
 * A bot as a process, a fake Discord and a playground. The bot is started at once; that it does not compile, or ends, is
 * shown on the page, and it is started again at the next change of its files. When the scope closes, it is stopped as by
 * Ctrl-C.
 */
export const layer = (options: Options): Layer.Layer<Services, Playground.PlaygroundError> => {
  const inspector = options.inspector === false ? [] : inspectorOf()
  const bot = Layer.unwrap(
    Effect.map(FakeDiscord.FakeDiscord, ({ applicationId, publicKey }) =>
      Program.layerIdle({
        file: options.file,
        args: options.args,
        nodeArgs: [...inspector, ...(options.nodeArgs ?? [])],
        env: {
          DISCORD_PUBLIC_KEY: publicKey,
          DISCORD_APPLICATION_ID: applicationId,
          FIBERCORD_INSPECTOR_PORT: inspector.length === 0 ? undefined : "0",
          // What they cost does not matter on a desk.
          FIBERCORD_INSPECTOR_SPANS: "1"
        }
      })
    )
  )
  // A bot that is started often must not use up its budget, nor wait for its turn.
  const discord = FakeDiscord.layerServer({
    identifyInterval: 0,
    sessionStartLimit: { total: 1_000_000 },
    // As if it had been invited with all permissions that it may need.
    botRole: true
  })
  return Layer.effect(Playground.Playground, start(options)).pipe(
    Layer.provideMerge(bot),
    Layer.provideMerge(discord),
    Layer.provideMerge(VirtualClock.layer)
  )
}
