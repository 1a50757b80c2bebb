/** Bots as processes, and their time. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Stream } from "effect"
import { FakeDiscord, Program, VirtualClock } from "fibercord/testing"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const fromSource = ["--import", path("test/support/fromSource.ts")]

const timers = path("test/testing/programs/timers.ts")

const program = (options: Program.Options) =>
  Program.layer({ nodeArgs: fromSource, ...options }).pipe(
    Layer.provideMerge(FakeDiscord.layerServer()),
    Layer.provideMerge(VirtualClock.layer)
  )

const texts = (lines: ReadonlyArray<Program.Line>) => lines.map(({ text }) => text)

/** Waits for a line of output, also one of before. */
const awaitLine = (wanted: string) =>
  Effect.gen(function* () {
    const { lines, output } = yield* Program.Program
    const later = yield* output.pipe(
      Stream.filter(({ text }) => text === wanted),
      Stream.take(1),
      Stream.runDrain,
      Effect.forkChild({ startImmediately: true })
    )
    if (!texts(yield* lines).includes(wanted)) yield* Fiber.join(later)
  })

/** The names of the files that were loaded, without the one that replaces the build. */
const names = Effect.gen(function* () {
  const files = yield* (yield* Program.Program).files
  return [...files].map((file) => file.slice(file.lastIndexOf("/") + 1)).filter((name) => name !== "fromSource.ts")
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const awaitDeath = (pid: number): Effect.Effect<void> =>
  Effect.suspend(() => (isAlive(pid) ? Effect.andThen(Effect.sleep("20 millis"), awaitDeath(pid)) : Effect.void))

describe("Program", () => {
  it.live("takes a line that is too long as several", () =>
    Effect.gen(function* () {
      const bot = yield* Program.Program
      yield* bot.ended
      const lengths = texts(yield* bot.lines).map(({ length }) => length)
      assert.deepStrictEqual(lengths, [16_384, 16_384, 16_384, 848, 5, 16_384, 3616])
    }).pipe(Effect.provide(program({ file: path("test/testing/programs/endless.ts") })))
  )

  it.live("tells its states, its output, the files it has loaded, and how it ended", () =>
    Effect.gen(function* () {
      const bot = yield* Program.Program
      yield* awaitLine("ready")
      const state = yield* bot.state
      assert.strictEqual(state._tag, "Running")
      yield* bot.stop
      const end = yield* bot.ended
      assert.deepStrictEqual(yield* names, ["timers.ts", "other.ts"])
      assert.deepStrictEqual([end.code, end.signal, end.lines.at(-1)], [undefined, "SIGINT", "ready"])
      const tags = yield* Effect.map(Stream.runCollect(Stream.take(bot.changes, 1)), (states) =>
        states.map(({ _tag }) => _tag)
      )
      assert.deepStrictEqual(tags, ["Ended"])

      yield* bot.start
      yield* bot.restart({ kill: true })
      assert.strictEqual((yield* bot.state).starts, 3)
    }).pipe(Effect.provide(program({ file: timers })))
  )

  it.live("ends with its own code, and says its last lines", () =>
    Effect.gen(function* () {
      const end = yield* (yield* Program.Program).ended
      assert.strictEqual(end.code, 3)
      assert.strictEqual(end.message, `${timers} ended with code 3; its output ends with:\n  ready`)
    }).pipe(Effect.provide(program({ file: timers, args: ["end"] })))
  )

  it.live("a file that is not there ends at once, and says so", () =>
    Effect.gen(function* () {
      const end = yield* (yield* Program.Program).ended
      assert.strictEqual(end.code, 1)
      assert.match(end.message, /nowhere\.ts/)
    }).pipe(Effect.provide(program({ file: "nowhere.ts" })))
  )

  it.live("a file that cannot be run is known as loaded, so that its change is seen", () =>
    Effect.gen(function* () {
      const bot = yield* Program.Program
      assert.strictEqual((yield* bot.ended).code, 1)
      assert.deepStrictEqual(yield* names, ["broken.ts"])
    }).pipe(Effect.provide(program({ file: path("test/testing/programs/broken.ts") })))
  )

  it.live("one that ignores Ctrl-C is killed after the grace, and none outlives its scope", () =>
    Effect.gen(function* () {
      const pid = yield* Effect.gen(function* () {
        const bot = yield* Program.Program
        yield* awaitLine("ready")
        yield* bot.stop
        assert.strictEqual((yield* bot.ended).signal, "SIGKILL")
        yield* bot.start
        const state = yield* bot.state
        return state._tag === "Running" ? state.pid : undefined
      }).pipe(Effect.provide(program({ file: timers, args: ["stubborn"], grace: "100 millis" })))
      assert.isDefined(pid)
      assert.isFalse(isAlive(pid ?? 0))
    })
  )

  it.live("what it has started ends with it, and a line without an end comes in pieces", () =>
    Effect.gen(function* () {
      const bot = yield* Program.Program
      const long = yield* bot.output.pipe(
        Stream.filter(({ text }) => text.length > 10_000),
        Stream.take(1),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* bot.start
      yield* Fiber.join(long)
      const [first = ""] = texts(yield* bot.lines)
      const child = Number(first.replace("child ", ""))
      assert.isTrue(isAlive(child))
      yield* bot.stop
      yield* awaitDeath(child)
    }).pipe(
      Effect.provide(
        Program.layerIdle({ file: path("test/testing/programs/parent.ts") }).pipe(
          Layer.provideMerge(FakeDiscord.layerServer())
        )
      )
    )
  )

  it.live("does not outlive a process that was killed", () =>
    Effect.gen(function* () {
      const owner = spawn(process.execPath, [...fromSource, path("test/testing/programs/owner.ts")])
      const pid = yield* Effect.callback<number>((resume) => {
        let output = ""
        owner.stdout.on("data", (chunk) => {
          output += String(chunk)
          const found = /pid (\d+)\n/.exec(output)?.[1]
          if (found !== undefined) resume(Effect.succeed(Number(found)))
        })
      })
      assert.isTrue(isAlive(pid))
      owner.kill("SIGKILL")
      yield* awaitDeath(pid)
    })
  )
})

describe("VirtualClock", () => {
  it.live("timers, dates and clocks of a program follow, each timer at its time", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock.VirtualClock
      const bot = yield* Program.Program
      yield* awaitLine("ready")
      yield* clock.advance("15 minutes", { step: "1 minute" })
      yield* clock.advance("1 minute")
      assert.deepStrictEqual(texts(yield* bot.lines), [
        "ready",
        "AbortError at 3",
        "interval at 4",
        "promise at 5",
        "signal at 7",
        "interval at 8",
        "refreshed at 9",
        "promisified at 10",
        "performance 14 at 14",
        "hrtime 14 at 14",
        "Date 14 1970-01-01T00:00:00.000Z true at 14",
        "timeout at 15"
      ])
    }).pipe(Effect.provide(program({ file: timers })))
  )

  it.live("dates are whole milliseconds while time is moved", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock.VirtualClock
      yield* awaitLine("ready")
      const here = yield* Effect.forkChild(Effect.andThen(Effect.sleep("1 minute"), Clock.currentTimeMillis), {
        startImmediately: true
      })
      yield* clock.advance("2 minutes")
      assert.isTrue(Number.isInteger(yield* Fiber.join(here)))
      yield* awaitLine("whole")
    }).pipe(Effect.provide(program({ file: path("test/testing/programs/dates.ts") })))
  )

  it.live("fifteen minutes later buttons are disabled, and no connection was lost", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const clock = yield* VirtualClock.VirtualClock
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("counter", { start: 41 })
      yield* message.click("+1")
      yield* clock.advance("14 minutes")
      assert.deepStrictEqual(yield* Effect.map(message.buttons, (all) => all.map(({ disabled }) => disabled)), [false])
      yield* clock.advance("1 minute")
      assert.deepStrictEqual(yield* Effect.map(message.buttons, (all) => all.map(({ disabled }) => disabled)), [true])
      assert.strictEqual(yield* message.content, "42")
      assert.lengthOf((yield* discord.log).filter(FakeDiscord.is("Opened")), 1)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(program({ file: path("examples/counter.ts") })))
  )
})
