/** What Discord would refuse is found before Discord is asked. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import type * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import type { ReplyError } from "../../src/interactions/replies/ReplyError.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests, withBot } from "./harness.ts"

const x = (length: number): string => "x".repeat(length)

const nothing = () => Effect.void

const command = (name: string) => Command.slash(name, { description: "…" }, nothing)

const user = (name: string) => Command.user(name, {}, nothing)

const named = (count: number, make: (name: string) => Definition.Definition<never, Interaction.Interaction>) =>
  Array.from({ length: count }, (_, n) => make(`c${n}`))

const problemsOf = (effect: Effect.Effect<unknown, { readonly problems: ReadonlyArray<unknown> }>) =>
  Effect.map(Effect.flip(effect), ({ problems }) => problems)

describe("definitions", () => {
  it.live("a bot is not built of definitions that Discord would refuse, and all problems are named at once", () =>
    Effect.gen(function* () {
      const bot = Bot.layer({
        interactions: [
          Command.slash("Config", { description: "" }, nothing),
          Command.slash(
            "range",
            { description: "…", options: { size: Options.integer("…", { min: 3, max: 2 }) } },
            nothing
          ),
          Command.parent("empty", { description: "…" }, {}),
          Menu.independent("pick", { menu: Menu.string({ placeholder: x(151), choices: ["a"] }) }, nothing),
          command("twice"),
          command("twice")
        ]
      })
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(bot))
        assert.strictEqual(error._tag, "InvalidDefinition")
        assert.deepStrictEqual(error.message.split("\n"), [
          "The bot's definitions cannot be used as they are. Correct them:",
          '- command "Config", name: expected lower case, got "Config"',
          '- command "Config", description: expected 1 to 100 characters, got nothing',
          '- command "range", options.size.min_value: expected no more than the maximum, got 3, over a maximum of 2',
          '- command "empty", options: expected at least one subcommand, got none',
          '- independent component "pick", placeholder: expected at most 150 characters, got 151 characters',
          '- command "twice", name: expected a name that no other one has, got "twice"'
        ])
        // Discord has not been asked for anything.
        assert.deepStrictEqual(yield* requests("GET", /./), [])
      }).pipe(Effect.provide(FakeDiscord.layer()))
    }).pipe(Effect.scoped)
  )

  it.live("a command and a command of a context menu may have one name, and so may an independent component", () =>
    Interactions.validate([command("a"), user("a"), Button.independent("a", {}, nothing)])
  )

  it.live("a scope has 100 slash commands and 15 user commands; guilds are scopes of their own", () =>
    Effect.gen(function* () {
      yield* Interactions.validate([...named(100, command), ...named(15, user)])
      assert.deepStrictEqual(yield* problemsOf(Interactions.validate([...named(101, command), ...named(16, user)])), [
        {
          kind: "Commands",
          name: "",
          path: "",
          rule: "at most 100 slash commands in total",
          actual: "101 slash commands"
        },
        {
          kind: "Commands",
          name: "",
          path: "",
          rule: "at most 15 commands in the context menu of users in total",
          actual: "16 commands in the context menu of users"
        }
      ])
      const definitions = named(101, command)
      yield* Interactions.validate(definitions, definitions.slice(0, 100))
      const bot = { interactions: definitions }
      yield* Layer.build(Bot.layer({ ...bot, commands: { global: definitions.slice(0, 100) } })).pipe(
        Effect.provide(FakeDiscord.layer())
      )
      const error = yield* Effect.flip(Layer.build(Bot.layer(bot)).pipe(Effect.provide(FakeDiscord.layer())))
      assert.strictEqual(error._tag, "InvalidDefinition")
    }).pipe(Effect.scoped)
  )

  it.live("a command that is registered and is not among the interactions is checked too", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf(Interactions.validate([command("a")], [command("B")]))
      assert.strictEqual(problems.length, 1)
    })
  )

  it.live("the layer that syncs commands does not begin with commands that Discord would refuse", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Layer.build(CommandSync.layer([command("B")])))
      assert.strictEqual(error._tag, "InvalidDefinition")
      assert.deepStrictEqual(yield* requests("GET", /./), [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )
})

/** A command that gives a reply which may be invalid, and then says in another one why it could not. */
const saying = <R>(reply: Effect.Effect<unknown, ReplyError, R>) =>
  Command.slash("say", { description: "…" }, () =>
    Effect.catchTag(reply, "ReplyError", ({ message, reason }) =>
      Reply.send({ content: reason._tag === "InvalidMessage" ? message : reason._tag })
    )
  )

const said = Effect.gen(function* () {
  const message = yield* (yield* alice).slash("say")
  return (yield* message.content).split("\n")
})

const head = "Discord would refuse this message or form, so it was not sent:"

describe("messages", () => {
  const same = (label: string) =>
    Effect.map(Button.bound({ label }, nothing), (button) => ({ ...button, custom_id: "same" }))

  it.live("an invalid reply is a typed error that names all problems, and leaves room for another reply", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said, [
        head,
        "- content: expected at most 2000 characters, got 2001 characters",
        "- components[0].components[1].label: expected at most 80 characters, got 81 characters",
        '- components[0].components[1].custom_id: expected a custom id of its own, got "same"',
        "- files: expected at most 10 entries, got 11 entries"
      ])
      assert.strictEqual((yield* requests("POST", /interactions/)).length, 1)
    }).pipe(
      withBot({
        interactions: [
          saying(
            Effect.gen(function* () {
              yield* Reply.send({
                content: x(2001),
                components: [[yield* same("go"), yield* same(x(81))]],
                files: Array.from({ length: 11 }, (_, n) => ({ name: `${n}`, data: "" }))
              })
            })
          )
        ]
      })
    )
  )

  it.live("an invalid form is a typed error, too", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said, [
        head,
        "- title: expected 1 to 45 characters, got nothing",
        "- components[0].label: expected 1 to 45 characters, got 46 characters",
        "- components[1].component.min_values: expected at least 1, unless `required` is false, got 0"
      ])
    }).pipe(
      withBot({
        interactions: [
          saying(
            Modal.show(
              {
                title: "",
                fields: { why: Field.short(x(46)), who: Field.menu("Who", Menu.users({ min: 0 })) }
              },
              () => Effect.void
            )
          )
        ]
      })
    )
  )

  it.live("an invalid change is a typed error, too, when the message's files are read first", () => {
    const refused = Deferred.makeUnsafe<string>()
    const change = Command.slash("change", { description: "…" }, () =>
      Effect.gen(function* () {
        yield* Reply.send({ content: "…", files: [{ name: "a.txt", data: "a" }] })
        const change = { content: x(2001), files: [{ name: "b.txt", data: "b" }], keepAttachments: true }
        yield* Deferred.succeed(refused, (yield* Effect.flip(Reply.edit(change))).reason._tag)
      }).pipe(
        Effect.onError((cause) => Deferred.failCause(refused, cause as never)),
        Effect.orDie
      )
    )
    return Effect.gen(function* () {
      yield* (yield* alice).slash("change")
      assert.strictEqual(yield* Deferred.await(refused), "InvalidMessage")
    }).pipe(withBot({ interactions: [change] }))
  })

  it.live("a new message shows only files that come with it; an edit may show those that are there", () => {
    const refused = Deferred.makeUnsafe<string>()
    const file = Command.slash("file", { description: "…" }, () =>
      Effect.gen(function* () {
        yield* Reply.send({ components: [Layout.file("a.txt")], files: [{ name: "a.txt", data: "a" }] })
        yield* Reply.edit({ components: [Layout.text("still there"), Layout.file("a.txt")] })
        const error = yield* Effect.flip(Reply.followUp({ components: [Layout.file("a.txt")] }))
        yield* Deferred.succeed(refused, error.message)
      }).pipe(Effect.orDie)
    )
    return Effect.gen(function* () {
      yield* (yield* alice).slash("file")
      assert.deepStrictEqual((yield* Deferred.await(refused)).split("\n"), [
        head,
        '- components[0].file.url: expected the name of a file that the message has, got "attachment://a.txt"'
      ])
    }).pipe(withBot({ interactions: [file] }))
  })

  it.live("an update is checked with the components that it keeps", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("rows")
      const after = yield* (yield* alice).click(message, "more")
      assert.include(yield* after.content, "- components: expected at most 5 entries, got 6 entries")
    }).pipe(
      withBot({
        interactions: [
          Command.slash("rows", { description: "…" }, () =>
            Effect.gen(function* () {
              const row = Effect.map(Button.bound({ label: "row" }, nothing), (button) => [button])
              const more = yield* Button.bound({ label: "more" }, () =>
                Effect.gen(function* () {
                  yield* Reply.update({ components: [yield* row], keepComponents: true })
                }).pipe(Effect.catchTag("ReplyError", ({ message }) => Reply.send({ content: message })))
              )
              yield* Reply.send({ components: [[more], yield* row, yield* row, yield* row, yield* row] })
            })
          )
        ]
      })
    )
  )
})
