/**
 * A fake Discord in the page, a bot that is connected to it by the library's own gateway and REST clients, and a playground
 * over it. All of it is what `fibercord/testing` and `fibercord/playground` run on Node; only the sockets are others.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { Changes } from "../../../../src/playground/internal/changes.ts"
import { FaultBoard } from "../../../../src/playground/internal/faultBoard.ts"
import { Pages } from "../../../../src/playground/internal/pages.ts"
import { own } from "../../../../src/playground/internal/programPart.ts"
import * as FakeDiscord from "../../../../src/testing/FakeDiscord.ts"
import { coreOf } from "../../../../src/testing/internal/opened.ts"
import * as VirtualClock from "../../../../src/testing/VirtualClock.ts"
import { type Block, botOf } from "./botOf.ts"
import { MemoryLink } from "./MemoryLink.ts"

/** What the panel of an example needs of it. */
export interface Desk {
  readonly link: MemoryLink
  /** Ids of the users, in the order of their names. */
  readonly users: ReadonlyArray<string>
  readonly stop: () => Promise<void>
}

/** How a desk is set up. */
export interface Options {
  readonly block: Block
  /** Names of users, and the languages of their clients. */
  readonly users: ReadonlyArray<{ readonly name: string; readonly locale?: string | undefined }>
  /** Takes warnings and errors that the bot logs. */
  readonly log: (line: string) => void
}

// The warning that a page cannot decompress what shards receive: the fake does not compress it then.
const isAboutNode = (text: string): boolean => text.startsWith("This version of Node")

const logger = (log: (line: string) => void) =>
  Logger.make(({ cause, logLevel, message }) => {
    if (logLevel !== "Warn" && logLevel !== "Error" && logLevel !== "Fatal") return
    const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
    if (isAboutNode(text)) return
    log(Cause.hasInterruptsOnly(cause) || cause.reasons.length === 0 ? text : `${text}\n${Cause.pretty(cause)}`)
  })

// How much of what is not read yet may wait, and how many requests. Nothing waits within a page.
const limits = { buffer: Number.MAX_SAFE_INTEGER, requests: 64 }

const openPlayground = Effect.gen(function* () {
  const fake = yield* FakeDiscord.FakeDiscord
  const clock = yield* VirtualClock.VirtualClock
  const core = coreOf(fake)
  // Files have no address here: they are drawn by their names.
  core.world.files.base = undefined
  const pages = new Pages({ run: yield* FiberSet.makeRuntime<never>(), limits })
  const changes = new Changes(core, (update, channel) => pages.publish(update, channel))
  const close = pages.open({
    core,
    changes,
    faults: new FaultBoard(core, fake.faults),
    publish: (update) => pages.publish(update),
    program: undefined,
    view: () => own(false),
    recorder: undefined,
    time: { advance: (millis) => clock.advance(millis) }
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      close()
      changes.stop()
    })
  )
  return pages
})

const build = Effect.fnUntraced(function* ({ block, users }: Options) {
  const fake = yield* FakeDiscord.FakeDiscord
  const ids = yield* Effect.forEach(users, ({ locale, name }) =>
    Effect.map(fake.user(name, { locale, installed: true }), ({ id }) => id)
  )
  const pages = yield* openPlayground
  yield* Layer.build(botOf(block))
  const link = yield* Effect.acquireRelease(
    Effect.sync(() => new MemoryLink(pages)),
    (link) => Effect.sync(() => link.close())
  )
  return { link, users: ids }
})

/** Starts it. Rejects if the bot cannot start. */
export const open = async (options: Options): Promise<Desk> => {
  const scope = Scope.makeUnsafe()
  const layer = FakeDiscord.layer({ identifyInterval: 0 }).pipe(
    Layer.provideMerge(VirtualClock.layer),
    Layer.provideMerge(Logger.layer([logger(options.log)]))
  )
  const stop = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const services = Layer.buildWithScope(layer, scope)
  const running = Effect.flatMap(services, (context) =>
    build(options).pipe(Scope.provide(scope), Effect.provide(context))
  )
  const exit = await Effect.runPromiseExit(running as Effect.Effect<Omit<Desk, "stop">, unknown>)
  if (Exit.isSuccess(exit)) return { ...exit.value, stop }
  await stop()
  throw new Error(Cause.pretty(exit.cause))
}
