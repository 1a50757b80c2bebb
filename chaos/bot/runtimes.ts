/**
 * The bot's commands and their Runtimes: handlers that behave, and handlers that do not. Each handler is watched: no
 * two handlers of a Runtime may run at the same time, and no Runtime may outlive its expiration.
 */
import { Effect } from "effect"
import {
  Button,
  Command,
  Expiration,
  type Interaction,
  Menu,
  Modal,
  Options,
  Reply,
  Runtime,
  type Runtimes,
  Field
} from "fibercord"
import * as settings from "../settings.ts"
import { now, report } from "./report.ts"
import { block } from "./trouble.ts"

/** The ways in which a handler behaves. */
export const manners = [
  "replies",
  "updates",
  "defers",
  "silent",
  "slow",
  "fails",
  "dies",
  "throws",
  "hangs",
  "floods",
  "blocks",
  "closes"
] as const

/** The name of one of them. */
export type Manner = (typeof manners)[number]

interface Watched {
  readonly openedAt: number
  readonly quiet: number | undefined
  running: number
  /** When a handler last ended, and for how long the library may then still answer for it. */
  endedAt: number
  answering: number
}

const watched = new Map<string, Watched>()

// These handlers answer themselves. For all others the library does, which takes as long as REST takes.
const answersItself: ReadonlySet<Manner> = new Set(["replies", "updates", "defers"])

const watch = <A, E, R>(effect: Effect.Effect<A, E, R>, manner: Manner, quiet?: number) =>
  Effect.flatMap(Runtime.id, (id) => {
    const known = watched.get(id)
    const entry = known ?? { openedAt: now(), quiet, running: 0, endedAt: now(), answering: 0 }
    if (known === undefined) watched.set(id, entry)
    if (++entry.running > 1) report({ _tag: "Overlap", at: now(), runtime: id })
    return Effect.ensuring(
      effect,
      Effect.sync(() => {
        entry.running--
        entry.endedAt = now()
        entry.answering = answersItself.has(manner) ? 0 : settings.bot.answerLimit
      })
    )
  })

const { bot } = settings

/** Reports Runtimes that are open longer than they should be. */
export const checkRuntimes = (runtimes: Runtimes.Runtimes["Service"]): Effect.Effect<void> =>
  Effect.map(runtimes.list, (list) => {
    const open = new Set(list.map(({ id }) => id))
    for (const [id, entry] of watched) {
      if (!open.has(id)) {
        if (entry.running === 0) watched.delete(id)
        continue
      }
      if (entry.running > 0) continue
      const free = entry.endedAt + entry.answering
      const end = entry.quiet === undefined ? Math.max(entry.openedAt + bot.lifetime, free) : free + entry.quiet
      const by = now() - end
      // Up to two sweeps of the reaper, because this check runs at any moment between them.
      if (by <= bot.resolution * 2 + settings.bounds.lag) continue
      report({ _tag: "Outlived", at: now(), runtime: id, by })
      watched.delete(id)
    }
  })

const isManner = (text: string): text is Manner => (manners as ReadonlyArray<string>).includes(text)

const behave = (manner: Manner): Effect.Effect<void, Reply.ReplyError, Interaction.Interaction | Runtime.Runtime> => {
  switch (manner) {
    case "replies":
      return Reply.send({ content: "here" })
    case "updates":
      return Effect.catchTag(Reply.update({ content: "updated" }), "ReplyError", () => Reply.send({ content: "here" }))
    case "defers":
      return Effect.andThen(Reply.defer(), Effect.andThen(Effect.sleep(300), Reply.send({ content: "at last" })))
    case "silent":
      return Effect.void
    case "slow":
      return Effect.andThen(Effect.sleep(2_500), Reply.send({ content: "slow" }))
    case "fails":
      return Reply.edit({ content: "before any answer" })
    case "dies":
      return Effect.die(new Error("on purpose"))
    case "throws":
      throw new Error("on purpose")
    case "hangs":
      return Effect.sleep(bot.hang)
    case "floods":
      return Effect.forEach(Array.from({ length: 5 }), () => Reply.send({ content: "again" }), {
        concurrency: "unbounded",
        discard: true
      })
    case "blocks":
      return Effect.sync(() => block(60))
    case "closes":
      return Runtime.close
  }
}

const rows = 4
const columns = Math.ceil(manners.length / rows)

/** A message with a button for each manner, whose Runtime lives for a fixed time. */
const talk = Command.slash(
  "talk",
  {
    description: "Talks",
    expiration: Expiration.afterCreation(bot.lifetime),
    options: { manner: Options.string("How") }
  },
  ({ manner }) => {
    const wanted = isManner(manner) ? manner : "replies"
    return watch(
      Effect.gen(function* () {
        const buttons = yield* Effect.forEach(manners, (label) =>
          Button.bound({ label }, () =>
            watch(
              Effect.suspend(() => behave(label)),
              label
            )
          )
        )
        if (wanted !== "replies") return yield* Effect.suspend(() => behave(wanted))
        yield* Reply.send({
          content: "talk",
          components: Array.from({ length: rows }, (_, row) => buttons.slice(row * columns, (row + 1) * columns))
        })
      }),
      wanted
    )
  }
)

/** A handler that asks questions, whose Runtime ends when nobody answers. */
const quiz = Command.slash("quiz", { description: "Asks", expiration: Expiration.inactivity(bot.quiet) }, () =>
  watch(
    Effect.gen(function* () {
      const answer = yield* Reply.ask({
        content: "quiz",
        components: [[Button.choice("form"), Button.choice("menu")]]
      })
      if (answer === "form") {
        const { why } = yield* Modal.ask({ title: "Form", fields: { why: Field.short("Why") } })
        return yield* Reply.send({ content: why })
      }
      const choice = yield* Menu.ask(
        Menu.string({
          placeholder: "menu",
          choices: [
            { value: "a", label: "A" },
            { value: "b", label: "B" }
          ]
        }),
        {
          content: "choose"
        }
      )
      return yield* Reply.update({ content: choice, components: [] })
    }).pipe(Effect.timeoutOrElse({ duration: bot.quiet, orElse: () => Effect.void })),
    "silent",
    bot.quiet
  )
)

/** A form as the first response. */
const form = Command.slash(
  "form",
  { description: "Shows a form", expiration: Expiration.afterCreation(bot.lifetime) },
  () =>
    watch(
      Modal.show({ title: "Form", fields: { name: Field.short("Name") } }, ({ name }) =>
        watch(Reply.send({ content: name }), "replies")
      ),
      "replies"
    )
)

const find = Command.slash(
  "find",
  {
    description: "Finds",
    expiration: Expiration.afterCreation(bot.lifetime),
    options: {
      what: Options.autocomplete(Options.string("What"), (query) => Effect.delay(Effect.succeed([`${query}!`]), 20))
    }
  },
  ({ what }) => watch(Reply.send({ content: what }), "replies")
)

/** A button that outlives processes. */
const again = Button.independent("again", { expiration: Expiration.afterCreation(bot.lifetime) }, () =>
  watch(Reply.send({ content: "again" }), "replies")
)

const poster = Command.slash(
  "poster",
  { description: "Posts a button", expiration: Expiration.afterCreation(bot.lifetime) },
  () => watch(Reply.send({ content: "poster", components: [[again.with({ label: "again" }, undefined)]] }), "replies")
)

/** All definitions. */
export const definitions = [talk, quiz, form, find, again, poster] as const
