/**
 * A bot as a process of its own, connected to the fake Discord: a file that Node runs as `node bot.ts` would, with
 * `DISCORD_TOKEN` and `DISCORD_API_URL` of the fake. It can be stopped as a deploy does, killed, and started again.
 *
 * ```ts
 * import { it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 * import { FakeDiscord, Program } from "fibercord/testing"
 *
 * const TestLive = Program.layer({ file: "bot.ts" }).pipe(Layer.provideMerge(FakeDiscord.layerServer()))
 *
 * it.live("starts again after it was killed", () =>
 *   Effect.flatMap(Program.Program, (program) => program.restart({ kill: true })).pipe(Effect.provide(TestLive))
 * )
 * ```
 *
 * TypeScript is run by Node's own type stripping. If a `VirtualClock` is provided, the program's time follows it: `Date`,
 * `performance.now`, `process.hrtime`, and timers, but not those of worker threads. The program cannot outlive the scope,
 * nor the process that has started it, and what it has started itself ends with it (on Windows it does not). A line of more
 * than 16,384 characters comes in pieces.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { FakeDiscord } from "./FakeDiscord.ts"
import { Machine, makeChannels } from "./internal/program/machine.ts"
import type { Line, State } from "./ProgramState.ts"
import type { ProgramEnded } from "./ProgramError.ts"
import * as VirtualClock from "./VirtualClock.ts"

export { ProgramEnded } from "./ProgramError.ts"
export type { Line, State } from "./ProgramState.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The file to run, relative to `cwd`. */
  readonly file: string
  /** Arguments of the program. Default: none. */
  readonly args?: ReadonlyArray<string> | undefined
  /** Arguments of Node, before the file: `["--inspect"]`. Default: none. */
  readonly nodeArgs?: ReadonlyArray<string> | undefined
  /** More variables, beside those of this process and the fake's; `undefined` removes one. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** The working directory. Default: that of this process. */
  readonly cwd?: string | undefined
  /** How long the program may take to stop after Ctrl-C, before it is killed. Default: 10 seconds. */
  readonly grace?: Duration.Input | undefined
}

/** The service: one program. */
export class Program extends Context.Service<
  Program,
  {
    readonly file: string
    readonly state: Effect.Effect<State>
    /** The current state, and each one after it. */
    readonly changes: Stream.Stream<State>
    /** The output from now on; a line of more than 16,384 characters is several. A reader that is too slow loses the oldest. */
    readonly output: Stream.Stream<Line>
    /** The last lines of output, at most 1000, of all processes so far. */
    readonly lines: Effect.Effect<ReadonlyArray<Line>>
    /** The files that the current process has loaded so far, without those in `node_modules`. */
    readonly files: Effect.Effect<ReadonlySet<string>>
    /** Files as they are loaded, from now on. */
    readonly loads: Stream.Stream<ReadonlyArray<string>>
    /** What it says to this process by `process.send`, from now on. */
    readonly messages: Stream.Stream<unknown>
    /**
     * Starts the program, unless it runs. Returns when Node has begun to load the file; what the fake's log says tells
     * when the bot is ready. Fails if the program ends before that.
     */
    readonly start: Effect.Effect<void, ProgramEnded>
    /** Stops the program as Ctrl-C does, and kills it after `grace`. Returns at once if it does not run. */
    readonly stop: Effect.Effect<void>
    /** Ends the program without a warning. Returns at once if it does not run. */
    readonly kill: Effect.Effect<void>
    /** Stops the program, or kills it, and starts it. */
    readonly restart: (options?: { readonly kill?: boolean | undefined }) => Effect.Effect<void, ProgramEnded>
    /** Waits for the end of the current process, or returns how the last one ended. */
    readonly ended: Effect.Effect<ProgramEnded>
  }
>()("fibercord/testing/Program") {}

const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Program["Service"], never, FakeDiscord | Scope.Scope> {
  const discord = yield* FakeDiscord
  const clock = Option.getOrUndefined(yield* Effect.serviceOption(VirtualClock.VirtualClock))
  const channels = yield* makeChannels
  const turn = Semaphore.makeUnsafe(1)
  const grace = Duration.fromInputUnsafe(options.grace ?? "10 seconds")
  const machine = new Machine(channels, {
    file: options.file,
    args: options.args ?? [],
    nodeArgs: options.nodeArgs ?? [],
    cwd: options.cwd,
    env: { DISCORD_TOKEN: Redacted.value(discord.token), DISCORD_API_URL: discord.apiUrl, ...options.env }
  })

  const start = Effect.gen(function* () {
    if (machine.isRunning) return
    const ahead = clock === undefined ? 0 : yield* clock.ahead
    yield* machine.start({ clock: clock !== undefined, ahead })
  })
  const stop = Effect.suspend(() => {
    machine.stop()
    const orKill = Effect.suspend(() => machine.kill())
    return machine.end.pipe(Effect.timeoutOrElse({ duration: grace, orElse: () => orKill }), VirtualClock.withRealTime)
  })
  const kill = Effect.suspend(() => machine.kill())

  yield* Effect.addFinalizer(() => kill)
  if (clock !== undefined) yield* clock.follow((ahead) => machine.move(ahead))
  return {
    file: options.file,
    state: Effect.sync(() => machine.state),
    changes: Stream.fromPubSub(channels.states),
    output: channels.output.stream,
    lines: Effect.sync(() => [...machine.lines]),
    files: Effect.sync(() => new Set(machine.files)),
    loads: Stream.fromPubSub(channels.loads),
    messages: Stream.fromPubSub(channels.messages),
    start: turn.withPermits(1)(start),
    stop: turn.withPermits(1)(stop),
    kill,
    restart: ({ kill: kills = false } = {}) => turn.withPermits(1)(Effect.andThen(kills ? kill : stop, start)),
    ended: Effect.suspend(() => machine.ended)
  }
})

/**
 * A program that is not started yet. It is stopped when the scope closes.
 *
 * ```ts
 * import { Program } from "fibercord/testing"
 *
 * const ProgramLive = Program.layerIdle
 * ```
 */
export const layerIdle = (options: Options): Layer.Layer<Program, never, FakeDiscord> =>
  Layer.effect(Program, make(options))

/** A program, started. It is stopped when the scope closes. */
export const layer = (options: Options): Layer.Layer<Program, ProgramEnded, FakeDiscord> =>
  Layer.effect(
    Program,
    Effect.tap(make(options), ({ start }) => start)
  )
