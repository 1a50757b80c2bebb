/** What users send, as Discord's client does it. The rules have rows in `docs/conformance/interactions.md`. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { call, connect, respond } from "../client.ts"
import { many, withoutLimits } from "./refusals.ts"

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make(withoutLimits)
  const client = yield* connect(discord)
  yield* client.identify()
  const alice = yield* discord.user("alice")
  return { alice, client, discord }
})

const label = (text: string, component: object) => ({ type: 18, label: text, component })
const option = (value: string, more: object = {}) => ({ label: value, value, ...more })

describe("a user", () => {
  it.live("submits everything in a modal with its id, and what is not touched as it is shown", () =>
    Effect.gen(function* () {
      const { alice, client, discord } = yield* setUp
      const running = yield* Effect.forkChild(alice.slash("any", {}, { unregistered: true }))
      const chosen = { default: true }
      yield* respond(discord, yield* client.event("INTERACTION_CREATE"), {
        type: 9,
        data: {
          custom_id: "modal",
          title: "Modal",
          components: [
            { type: 10, content: "Hello" },
            label("Text", { type: 4, custom_id: "text", style: 1, value: "as shown", id: 2 }),
            label("One", { type: 3, custom_id: "one", options: [option("a"), option("b", chosen)] }),
            label("Who", { type: 5, custom_id: "who", default_values: [{ id: alice.id, type: "user" }] }),
            label("Yes", { type: 23, custom_id: "yes", default: true })
          ]
        }
      })
      const modal = yield* (yield* Fiber.join(running)).modal
      yield* Effect.forkChild(modal.submit({}))
      const { d } = yield* client.event("INTERACTION_CREATE")
      assert.deepStrictEqual(d.data.components, [
        { type: 10, id: 1 },
        { type: 18, id: 3, component: { type: 4, custom_id: "text", id: 2, value: "as shown" } },
        { type: 18, id: 4, component: { type: 3, custom_id: "one", id: 5, values: ["b"] } },
        { type: 18, id: 6, component: { type: 5, custom_id: "who", id: 7, values: [alice.id] } },
        { type: 18, id: 8, component: { type: 23, custom_id: "yes", id: 9, value: true } }
      ])
      assert.strictEqual(d.data.resolved.users[alice.id].username, "alice")
    }).pipe(Effect.scoped)
  )

  it.live("chooses groups as they are shown, or differently", () =>
    Effect.gen(function* () {
      const { alice, client, discord } = yield* setUp
      const running = yield* Effect.forkChild(alice.slash("any", {}, { unregistered: true }))
      const options = [option("a"), option("b", { default: true })]
      yield* respond(discord, yield* client.event("INTERACTION_CREATE"), {
        type: 9,
        data: {
          custom_id: "modal",
          title: "Modal",
          components: [
            label("Radio", { type: 21, custom_id: "radio", options }),
            label("Checks", { type: 22, custom_id: "checks", options }),
            label("Free", { type: 22, custom_id: "free", options: [option("a")], required: false, min_values: 0 }),
            label("No", { type: 23, custom_id: "no", default: true })
          ]
        }
      })
      const modal = yield* (yield* Fiber.join(running)).modal
      const values = (fields: Parameters<typeof modal.submit>[0]) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(modal.submit(fields))
          const { d } = yield* client.event("INTERACTION_CREATE")
          return d.data.components.map(({ component }: { readonly component: { value: unknown; values: unknown } }) => [
            component.value ?? component.values
          ])
        })
      assert.deepStrictEqual(yield* values({}), [["b"], [["b"]], [[]], [true]])
      const other = yield* values({ radio: ["a"], checks: ["a", "b"], free: ["a"], no: false })
      assert.deepStrictEqual(other, [["a"], [["a", "b"]], [["a"]], [false]])
      for (const wrong of [{ radio: ["a", "b"] }, { radio: ["c"] }, { checks: [] }, { checks: ["a", "a"] }]) {
        assert.strictEqual((yield* Effect.flip(modal.submit(wrong)))._tag, "NotUsable")
      }
    }).pipe(Effect.scoped)
  )

  it.live("gets suggestions only for options with autocomplete", () =>
    Effect.gen(function* () {
      const { alice, client, discord } = yield* setUp
      const options = [
        { type: 3, name: "free", description: "…", autocomplete: true },
        { type: 3, name: "fixed", description: "…" },
        { type: 4, name: "whole", description: "…", autocomplete: true },
        { type: 10, name: "number", description: "…", autocomplete: true }
      ]
      yield* discord.registerCommands([{ name: "find", description: "…", options }] as never)
      const { message } = yield* Effect.flip(alice.autocomplete("find", { fixed: "a" }, "fixed"))
      assert.include(message, "option fixed has no autocomplete")
      // Partial texts, but no invalid numbers.
      for (const [name, typed] of [
        ["whole", "a"],
        ["whole", "1.5"],
        ["whole", "-"],
        ["number", "1e"]
      ] as const) {
        const refused = yield* Effect.flip(alice.autocomplete("find", { [name]: typed }, name))
        assert.include(refused.message, `${typed} is no valid number`)
      }
      for (const [name, typed] of [
        ["free", "a"],
        ["free", ""],
        ["whole", ""],
        ["whole", "-12"],
        ["number", "1."],
        ["number", 2.5]
      ] as const) {
        const running = yield* Effect.forkChild(alice.autocomplete("find", { [name]: typed }, name))
        const interaction = yield* client.event("INTERACTION_CREATE")
        assert.deepInclude(interaction.d.data.options[0], { name, value: String(typed), focused: true })
        yield* respond(discord, interaction, { type: 8, data: { choices: [] } })
        yield* Fiber.join(running)
      }
    }).pipe(Effect.scoped)
  )

  it.live("reacts with emojis that there are, twenty at most, and not in archived threads", () =>
    Effect.gen(function* () {
      const { alice, discord } = yield* setUp
      const { guild } = discord
      const here = `/channels/${guild.channelId}`
      const message = yield* alice.say("hello")
      const id = yield* message.id
      const failure = (emoji: string, target = message) =>
        Effect.map(Effect.flip(alice.react(target, emoji)), (error) => error.message)
      for (const text of ["hello", "1", "", "👍👎"]) assert.include(yield* failure(text), "there is no such emoji")
      const emojis = many(20, (index) => String.fromCodePoint(0x1f600 + index))
      for (const emoji of emojis) yield* alice.react(message, emoji)
      assert.include(yield* failure("👍"), "20 emojis")
      // One that is there is no other one.
      yield* call(discord, "PUT", `${here}/messages/${id}/reactions/${encodeURIComponent(emojis[0] ?? "")}/@me`)
      yield* alice.unreact(message, emojis[0] ?? "")
      yield* alice.react(message, emojis[0] ?? "")
      const thread = yield* call(discord, "POST", `${here}/messages/${id}/threads`, { name: "thread" })
      const said = yield* alice.say("in the thread", { channel: thread.body.id })
      yield* alice.react(said, "👍")
      yield* call(discord, "PATCH", `/channels/${thread.body.id}`, { archived: true })
      assert.include(yield* failure("👎", said), "the thread is archived")
      yield* discord.registerCommands([{ name: "any", description: "…" }] as never)
      const refused = yield* Effect.flip(alice.slash("any", {}, { channel: thread.body.id }))
      assert.include(refused.message, "the thread is archived")
    }).pipe(Effect.scoped)
  )
})
