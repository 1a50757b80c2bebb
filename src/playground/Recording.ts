/**
 * What is done on a playground is noted, saved as a file, played again on any fake Discord, and turned into the source
 * of a test.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Recording } from "fibercord/playground"
 * import { readFile } from "node:fs/promises"
 *
 * const replay = Effect.promise(() => readFile("session.json", "utf8")).pipe(
 *   Effect.flatMap(Recording.parse),
 *   Effect.flatMap(Recording.play)
 * )
 * ```
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FakeDiscord from "../testing/FakeDiscord.ts"
import { coreOf } from "../testing/internal/opened.ts"
import { play as playSession } from "./internal/recording/player.ts"
import { Recorder as Notes } from "./internal/recording/recorder.ts"
import { quote } from "./internal/recording/literals.ts"
import { Writer } from "./internal/recording/source.ts"
import type { Outcome } from "./Parts.ts"
import type * as Protocol from "./Protocol.ts"
import { Json, type Session } from "./Session.ts"
import type { SessionDiffers } from "./SessionDiffers.ts"

export { Session } from "./Session.ts"
export type { Deed, Seen, Step, Text } from "./Session.ts"
export { SessionDiffers } from "./SessionDiffers.ts"

/**
 * Notes what is done on a fake.
 *
 * ```ts
 * import { Effect } from "effect"
 * import type { Recording } from "fibercord/playground"
 * import { writeFile } from "node:fs/promises"
 *
 * const save = (recorder: Recording.Recorder) =>
 *   Effect.flatMap(recorder.exported, ({ test }) => Effect.promise(() => writeFile("recorded.test.ts", test)))
 * ```
 */
export interface Recorder {
  /**
   * Notes a request before it is fulfilled; what is not part of a session is ignored. What users see at that moment is
   * the outcome of the request before.
   */
  readonly note: (request: Protocol.Request) => void
  /** Notes what became of it: its value, or the tag of the error with which it was refused. */
  readonly settled: (request: Protocol.Request, outcome: Outcome) => void
  /** How many steps were noted. */
  readonly count: () => number
  /** Forgets them. */
  readonly restart: () => void
  /** What was noted so far. */
  readonly session: Effect.Effect<Session>
  /** The session as a file, and the source of a test. */
  readonly exported: Effect.Effect<Protocol.Exported>
}

/** Options of {@link testSource}. */
export interface TestOptions {
  /** The file of the bot, from where tests are run. */
  readonly file: string
  /** Default: `does what it did when it was recorded`. */
  readonly title?: string | undefined
  /** The `patience` of the fake, for a bot that takes long to start: `"30 seconds"`. Default: that of the fake. */
  readonly patience?: string | undefined
  /** The `botRole` of the fake. Default of a recorder: that of its fake. */
  readonly botRole?: string | true | undefined
}

/**
 * A recorder for the fake. The options are those of the source of the test.
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Playground, Recording } from "fibercord/playground"
 *
 * const PlaygroundLive = Layer.unwrap(
 *   Effect.map(Recording.make({ file: "bot.ts" }), (recorder) => Playground.layer({ recorder }))
 * )
 * ```
 */
export const make = Effect.fnUntraced(function* (
  options: TestOptions
): Effect.fn.Return<Recorder, never, FakeDiscord.FakeDiscord> {
  const { gateway, world } = coreOf(yield* FakeDiscord.FakeDiscord)
  const notes = new Notes(world, () =>
    gateway.live().flatMap(({ connection, shardId }) => (connection === undefined ? [] : [shardId]))
  )
  const session = Effect.sync(() => notes.session)
  return {
    note: (request) => notes.note(request),
    settled: (request, outcome) => notes.settled(request, outcome),
    count: () => notes.count,
    restart: () => notes.restart(),
    session,
    exported: Effect.map(session, (session) => ({
      session: stringify(session),
      test: testSource(session, { botRole: world.settings.botRole, ...options })
    }))
  }
})

/**
 * A session as a file: JSON.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Recording } from "fibercord/playground"
 *
 * // The same session without its last step.
 * const shorter = (json: string) =>
 *   Effect.map(Recording.parse(json), (session) => Recording.stringify({ ...session, steps: session.steps.slice(0, -1) }))
 * ```
 */
export const stringify = (session: Session): string => `${JSON.stringify(session, undefined, 2)}\n`

/** Reads a session from a file. */
export const parse: (json: string) => Effect.Effect<Session, Schema.SchemaError> = Schema.decodeUnknownEffect(Json)

/**
 * Plays a session on a fake, whose bot runs already, and checks after each step that users see what they saw then. A
 * restart needs a `Program`, and time that has passed a `VirtualClock`, from the context.
 */
export const play: (
  session: Session,
  options?: {
    /** How long each thing that is to be seen is waited for. Default: the fake's patience, 10 seconds unless set. */
    readonly patience?: Duration.Input | undefined
  }
) => Effect.Effect<void, SessionDiffers, FakeDiscord.FakeDiscord> = playSession

/** How long a generated test may take, in milliseconds. Each restart takes a second, and test runners give up after five. */
const timeout = "60_000"

const uses = (session: Session, type: "advance" | "restart"): boolean =>
  session.steps.some((step) => step.do.type === type)

/**
 * The source of a test that does what was done, and expects what was seen, with the public API of the fake alone. The bot
 * runs as a `Program`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Recording } from "fibercord/playground"
 *
 * const options: Recording.TestOptions = { file: "bot.ts", title: "counts to two" }
 *
 * const testOf = (json: string) =>
 *   Effect.map(Recording.parse(json), (session) => Recording.testSource(session, options))
 * ```
 */
export const testSource = (session: Session, options: TestOptions): string => {
  const { file, title = "does what it did when it was recorded" } = options
  const clock = uses(session, "advance")
  const restarts = uses(session, "restart")
  const fake = [
    ...(restarts ? ["identifyInterval: 0"] : []),
    ...(options.botRole === undefined
      ? []
      : [`botRole: ${options.botRole === true ? "true" : quote(options.botRole)}`]),
    ...(options.patience === undefined ? [] : [`patience: ${quote(options.patience)}`])
  ].join(", ")
  const lines = [
    "const discord = yield* FakeDiscord.FakeDiscord",
    ...(restarts ? ["const program = yield* Program.Program"] : []),
    ...(clock ? ["const clock = yield* VirtualClock.VirtualClock"] : []),
    ...new Writer(session).write()
  ]
  return `import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord, Program${clock ? ", VirtualClock" : ""} } from "fibercord/testing"

const TestLive = Program.layer({ file: ${quote(file)} }).pipe(
  Layer.provideMerge(FakeDiscord.layerServer(${fake === "" ? "" : `{ ${fake} }`}))${clock ? ",\n  Layer.provideMerge(VirtualClock.layer)" : ""}
)

it.live(
  ${quote(title)},
  () =>
    Effect.gen(function* () {
${lines.map((line) => (line === "" ? "" : `      ${line}`)).join("\n")}
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(TestLive)),
  ${timeout}
)
`
}
