/**
 * What holds for every sequence of replies, by one or two users, with each answer of Discord's delayed, lost or refused
 * and each reply interrupted, as the fake Discord and its users see it.
 *
 * `FIBERCORD_LAW_RUNS` and `FIBERCORD_LAW_SEED` choose how many runs there are, and which.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { ReplyError } from "../../src/interactions/replies/ReplyError.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { unlessPaused } from "../support/paused.ts"
import { makeRandom } from "../mutate.ts"
import { withBot } from "./harness.ts"

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 400)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 11)

const replies = ["send", "followUp", "edit", "update", "defer", "deferUpdate", "delete", "wait"] as const
const faults = ["slow", "lost", "refused", "unreached"] as const
const ends = ["complete", "fail", "deny", "die", "interrupt"] as const

interface Step {
  readonly reply: (typeof replies)[number]
  readonly ephemeral: boolean | undefined
  readonly hasButton: boolean
  /** What becomes of one of the calls that it makes. */
  readonly fault: (typeof faults)[number] | "none"
  /** Whether that is the first follow-up, or the first call at all. */
  readonly isLater: boolean
  readonly isInterrupted: boolean
}

interface Handler {
  readonly steps: ReadonlyArray<Step>
  readonly end: (typeof ends)[number]
}

interface Scenario {
  /** Whether replies are ephemeral by default. */
  readonly isPrivate: boolean
  /** Whether what waits is deferred, and then soon. */
  readonly isDeferred: boolean
  readonly command: Handler
  readonly click: Handler
}

/** A scenario; every second one is without faults and interruptions. */
const makeScenario = (random: (below: number) => number): Scenario => {
  const pick = <A>(values: ReadonlyArray<A>): A => values[random(values.length)] as A
  const isCalm = random(2) === 0
  const makeStep = (): Step => ({
    reply: pick(replies),
    ephemeral: pick([true, false, undefined]),
    hasButton: random(3) > 0,
    fault: isCalm || random(2) === 0 ? "none" : pick(faults),
    isLater: random(3) === 0,
    isInterrupted: !isCalm && random(4) === 0
  })
  const makeHandler = (): Handler => ({
    steps: Array.from({ length: 1 + random(5) }, makeStep),
    end: random(2) === 0 ? "complete" : pick(ends)
  })
  return { isPrivate: random(2) === 0, isDeferred: random(2) === 0, command: makeHandler(), click: makeHandler() }
}

type Seen = ReadonlyMap<string, FakeDiscord.Snapshot>

/** One run: what its handlers do, what they have said, and what its users have seen. */
class Run {
  readonly scenario: Scenario
  readonly users: ReadonlyArray<FakeDiscord.User>
  readonly guild: FakeDiscord.Guild
  readonly commandEnded = Deferred.makeUnsafe<void>()
  readonly problems: Array<string> = []
  /** Texts that only one user may read. */
  readonly secrets = new Map<string, string>()
  /** Whether a call may have arrived without the bot's knowledge. */
  hasLosses = false
  /** Whether a handler has left a promise open on purpose. */
  mayThink = false
  /** Whether a handler has deleted something on purpose. */
  mayBeEmpty = false
  /** Whether an interrupted call that changes a message may arrive later. */
  mayChangeLater = false
  runtime: Runtime.Handle | undefined
  texts = 0
  seen: ReadonlyMap<string, Seen> = new Map()

  constructor(scenario: Scenario, users: ReadonlyArray<FakeDiscord.User>, guild: FakeDiscord.Guild) {
    this.guild = guild
    this.scenario = scenario
    this.users = users
  }
}

let run: Run

/** What each user sees. */
const look = Effect.gen(function* () {
  const seen = new Map<string, Seen>()
  for (const user of run.users) {
    const messages = yield* Effect.forEach(yield* user.messages({ guild: run.guild }), ({ snapshot }) => snapshot)
    seen.set(user.id, new Map(messages.map((message) => [message.id, message])))
  }
  return seen
}).pipe(Effect.orDie)

const textsOf = (seen: Seen | undefined) => new Set([...(seen?.values() ?? [])].map(({ content }) => content))

/** Compares what users see with what they saw before. `mayChange` says whether a message may have changed. */
const observe = Effect.fnUntraced(function* (what: string, mayChange: boolean) {
  const { problems, secrets } = run
  const before = run.seen
  run.seen = yield* look
  for (const [userId, seen] of run.seen) {
    for (const text of textsOf(seen)) {
      const owner = secrets.get(text)
      if (owner !== undefined && owner !== userId) problems.push(`${what}: ${text} is seen by another user`)
    }
    const gone = [...(before.get(userId) ?? [])].filter(
      ([id, { content }]) => content !== "" && seen.get(id)?.content !== content
    )
    for (const [, { content }] of mayChange ? gone.slice(1) : gone) problems.push(`${what}: ${content} is gone`)
  }
})

const arm = Effect.fnUntraced(function* ({ fault, isLater }: Step) {
  const { faults } = yield* FakeDiscord.FakeDiscord
  const calls = isLater ? /^POST \/webhooks/ : /./
  if (fault === "slow") yield* faults.restSlowAnswer(calls, "8 millis")
  if (fault === "lost") yield* faults.restLoseAnswer(calls)
  // An initial response is sent once more after a reset.
  if (fault === "unreached") yield* faults.restReset(calls, { times: 2 })
  if (fault === "refused") yield* faults.restStatus(calls, 503)
  if (fault !== "none" && fault !== "slow") run.hasLosses = true
})

const makeReply = ({ ephemeral, reply }: Step, message: Reply.Message) => {
  switch (reply) {
    case "send":
      return Reply.send(message)
    case "followUp":
      return Reply.followUp(message)
    case "edit":
      return Reply.edit(message)
    case "update":
      return Reply.update(message)
    case "defer":
      return Reply.defer({ ephemeral })
    case "deferUpdate":
      return Reply.deferUpdate
    case "delete":
      return Reply.delete
    default:
      return Effect.sleep("25 millis")
  }
}

const hasText = new Set<Step["reply"]>(["send", "followUp", "edit", "update"])
const changes = new Set<Step["reply"]>(["edit", "update", "delete"])
const expected = new Set(["AlreadyAnswered", "NotAnswered", "NoMessage"])
const impossible = new Set(["AnsweredElsewhere", "TooLate", "TokenExpired"])

type Components = NonNullable<Reply.Message["components"]>

/** Makes one reply. `promised` is what the handler's deferral said about the next message. */
const perform = Effect.fnUntraced(function* (step: Step, components: Components, promised: boolean | undefined) {
  const { id: userId } = (yield* Interaction).user
  const { faults } = yield* FakeDiscord.FakeDiscord
  const { isInterrupted } = step
  const content = `text ${run.texts++}`
  const isNew = step.reply === "send" || step.reply === "followUp"
  // A text is for one user if it says so; if it says nothing it is so by default, unless a deferral has said otherwise.
  const isDefault = promised ?? run.scenario.isPrivate
  const isSecret = step.ephemeral ?? (isNew && isDefault)
  if (hasText.has(step.reply) && isSecret) run.secrets.set(content, userId)
  yield* arm(step)
  if (isInterrupted) run.hasLosses = true
  const reply = makeReply(step, { content, ephemeral: step.ephemeral, ...(step.hasButton ? { components } : {}) })
  const exit = yield* Effect.exit(
    isInterrupted ? Effect.timeoutOrElse(reply, { duration: "4 millis", orElse: () => Effect.interrupt }) : reply
  )
  yield* faults.clear
  if (Exit.isSuccess(exit) && hasText.has(step.reply)) {
    if (!textsOf((yield* look).get(userId)).has(content)) run.problems.push(`${step.reply}: ${content} was lost`)
  }
  if (Exit.isFailure(exit)) {
    const error = exit.cause.reasons.flatMap((reason) => (reason._tag === "Fail" ? [reason.error] : []))[0]
    const tag = error instanceof ReplyError ? error.reason._tag : "none"
    // Nobody else answers, and all of it happens within three seconds.
    const isWrong = run.hasLosses ? impossible.has(tag) : !expected.has(tag)
    if (isWrong) run.problems.push(`${step.reply}: failed with ${String(exit.cause)}`)
  }
  const mayChange = changes.has(step.reply)
  yield* observe(step.reply, mayChange || run.mayChangeLater)
  run.mayChangeLater = isInterrupted && mayChange
  return Exit.isSuccess(exit)
})

class Failed extends Schema.TaggedError<Failed>("test/Failed")("Failed", {}) {}

const finish = (end: Handler["end"]): Effect.Effect<void, Failed | ErrorReply.Denied> => {
  switch (end) {
    case "complete":
      return Effect.void
    case "fail":
      return Effect.fail(new Failed())
    case "deny":
      return ErrorReply.deny("denied")
    case "die":
      return Effect.die("on purpose")
    case "interrupt":
      return Effect.interrupt
  }
}

const performAll = Effect.fnUntraced(function* ({ end, steps }: Handler, components: Components) {
  let promised: boolean | undefined
  for (const step of steps) {
    const isDone = yield* perform(step, components, promised)
    if (step.reply === "defer") {
      const said = step.ephemeral ?? promised ?? run.scenario.isPrivate
      // A deferral that failed may have arrived: then what is private by default may be public, because it said so.
      if (isDone || !said) promised = said
    } else if (step.reply !== "wait") {
      // This may be what was promised; what comes after it is as private as it is by default.
      promised = promised === false && run.scenario.isPrivate ? false : undefined
    }
    if (step.reply === "defer" && end === "complete") run.mayThink = true
    if (step.reply === "delete") run.mayBeEmpty = true
  }
  yield* finish(end)
})

const other = Button.independent("other", {}, () => Effect.void)

const command = (isPrivate: boolean, isDeferred: boolean) =>
  Command.slash(
    `${isPrivate ? "private" : "public"}-${isDeferred ? "deferred" : "patient"}`,
    { description: "…", replies: { ephemeral: isPrivate }, autoDefer: isDeferred ? "15 millis" : false },
    () =>
      Effect.gen(function* () {
        run.runtime = yield* Runtime.current
        const link = Button.link("https://example.com", { label: "link" })
        const components: Array<Reply.Row> = []
        const button = yield* Button.bound({ label: "go" }, () => performAll(run.scenario.click, components))
        components.push([button, link, other.with({ label: "other" }, undefined)])
        yield* performAll(run.scenario.command, components)
      }).pipe(Effect.ensuring(Effect.suspend(() => Deferred.succeed(run.commandEnded, undefined))))
  )

/** Clicks on a message of the run, as somebody who sees it. */
const clickOn = Effect.gen(function* () {
  for (const user of run.users.toReversed()) {
    const messages = yield* user.messages({ guild: run.guild })
    for (const message of messages) {
      const { buttons } = yield* message.snapshot
      if (buttons.some(({ label }) => label === "go")) return yield* user.click(message, "go")
    }
  }
  return undefined
})

const checkEnd = Effect.fnUntraced(function* (since: number) {
  const discord = yield* FakeDiscord.FakeDiscord
  const { hasLosses, mayThink, problems } = run
  // Interrupted calls that Discord is slow to answer are logged when it has.
  if (hasLosses) yield* Effect.sleep("10 millis")
  yield* observe("the end", run.mayChangeLater)
  for (const message of [...run.seen.values()].flatMap((seen) => [...seen.values()])) {
    if (message.pending && !mayThink) problems.push("a message shows that the bot is thinking")
    for (const { disabled, label } of message.buttons) {
      if (label !== "go" && disabled) problems.push("a component of another one is disabled")
      if (label === "go" && !disabled && !hasLosses) problems.push(`a button of ${message.content} is not disabled`)
    }
  }
  const told = [...(run.seen.get(run.users[0]?.id ?? "") ?? [])].filter(([, { pending }]) => !pending)
  if (told.length === 0 && !mayThink && !run.mayBeEmpty) problems.push("the user was told nothing")
  const refused = (yield* discord.log).filter(
    FakeDiscord.is("Request", ({ code, index, method, status = 0 }) => {
      if (index < since || status < 400 || status === 503) return false
      // What a Runtime has deleted is looked for when it ends; and a call that may have arrived is asked about.
      if (method === "GET" && code === 10_008) return false
      return !hasLosses || ![40_060, 10_008, 10_015].includes(code ?? 0)
    })
  )
  problems.push(...refused.map(({ code, method, path, status }) => `${status} (${code}) for ${method} ${path}`))
})

const live = Effect.fnUntraced(function* (scenario: Scenario, n: number) {
  const discord = yield* FakeDiscord.FakeDiscord
  const since = yield* discord.mark
  const users = [yield* discord.user("alice"), yield* discord.user("bob")]
  run = new Run(scenario, users, yield* discord.addGuild(`guild ${n}`))
  const [alice] = run.users
  const name = `${scenario.isPrivate ? "private" : "public"}-${scenario.isDeferred ? "deferred" : "patient"}`
  const noAnswer = (error: unknown) => Effect.sync(() => run.problems.push(String(error)))
  yield* Effect.catch(alice?.slash(name, {}, { guild: run.guild }) ?? Effect.void, noAnswer)
  yield* Deferred.await(run.commandEnded)
  yield* Effect.catch(clickOn, noAnswer)
  if (run.runtime !== undefined) {
    yield* run.runtime.close("Closed")
    yield* run.runtime.closed
  }
  yield* checkEnd(since)
  return run.problems
})

describe("replies", () => {
  it.live(
    `nobody reads what is not for him, nothing is lost, there is one initial response, and no refused call (${runs} runs, seed ${seed})`,
    () =>
      Effect.gen(function* () {
        const random = makeRandom(seed)
        for (let n = 0; n < runs; n++) {
          const scenario = makeScenario(random)
          const what = `run ${n} of seed ${seed}: ${JSON.stringify(scenario)}`
          // A call that gets no answer in a second is repeated, which Discord refuses if it has read both.
          yield* unlessPaused(
            500,
            Effect.map(live(scenario, n), (problems) => assert.deepStrictEqual(problems, [], what))
          )
        }
      }).pipe(
        withBot({
          interactions: [other, command(false, false), command(false, true), command(true, false), command(true, true)],
          onError: { Failed: () => ErrorReply.ephemeral("failed") }
        }),
        Effect.provide(Logger.layer([]))
      ),
    600_000
  )
})
