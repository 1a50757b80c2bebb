/** Which callback answers which interaction. The rules have rows in `docs/conformance/interactions.md`. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { button, connect, respond, row } from "../client.ts"
import { assertRefused, withoutLimits } from "./refusals.ts"

const types = [1, 4, 5, 6, 7, 8, 9, 10, 12] as const

const input = { type: 18, label: "Text", component: { type: 4, custom_id: "text", style: 1 } }
const modal = { type: 9, data: { title: "Modal", custom_id: "modal", components: [input] } }
const dataOf: Readonly<Record<number, object>> = {
  4: { content: "x", components: [row(button("go", "go"))] },
  7: { content: "y", components: [row(button("go", "go"))] },
  8: { choices: [] },
  9: modal.data
}

// Source: Discord, "Interaction Callback Type".
const allowed = {
  command: [4, 5, 9, 10, 12],
  autocomplete: [8],
  component: [4, 5, 6, 7, 9, 10, 12],
  modalOfCommand: [4, 5, 10, 12],
  modalOfComponent: [4, 5, 6, 7, 10, 12]
} as const

const option = { type: 3, name: "what", description: "…", autocomplete: true }

it.live("a callback is of a type that answers the interaction", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(withoutLimits)
    yield* discord.registerCommands([{ name: "any", description: "…", options: [option] }] as never)
    const client = yield* connect(discord)
    yield* client.identify()
    const alice = yield* discord.user("alice")
    const started = (action: Effect.Effect<FakeDiscord.Response, unknown>) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(action)
        return { fiber, interaction: yield* client.event("INTERACTION_CREATE") }
      })
    const answered = (action: Effect.Effect<FakeDiscord.Response, unknown>, body: object) =>
      Effect.gen(function* () {
        const { fiber, interaction } = yield* started(action)
        yield* respond(discord, interaction, body)
        return yield* Fiber.join(fiber)
      })
    // Opens a form, and submits it.
    const submitting = (action: Effect.Effect<FakeDiscord.Response, unknown>) =>
      Effect.gen(function* () {
        const form = yield* Effect.flatMap(answered(action, modal), (response) => response.modal)
        return yield* started(form.submit({ Text: "x" }))
      })
    const panel = yield* answered(alice.slash("any"), { type: 4, data: dataOf[4] })
    const kinds = {
      command: started(alice.slash("any")),
      autocomplete: started(alice.autocomplete("any", { what: "a" }, "what")),
      component: started(panel.click("go")),
      modalOfCommand: submitting(alice.slash("any")),
      modalOfComponent: submitting(panel.click("go"))
    }
    for (const [kind, begin] of Object.entries(kinds)) {
      // An interaction takes one answer, and any number of wrong ones before.
      const good: ReadonlyArray<number> = allowed[kind as keyof typeof allowed]
      for (const type of good) {
        const { fiber, interaction } = yield* begin
        const wrong = type === good[0] ? types.filter((each) => !good.includes(each)) : []
        for (const each of wrong) {
          const refused = yield* respond(discord, interaction, { type: each, data: dataOf[each] })
          assertRefused(refused, "type", "INTERACTION_CALLBACK_TYPE", `${kind} ${each}`)
        }
        const reply = yield* respond(discord, interaction, { type, data: dataOf[type] })
        assert.strictEqual(reply.status, 204, `${kind} ${type} ${JSON.stringify(reply.body)}`)
        yield* Fiber.join(fiber)
      }
    }
    const { interaction } = yield* started(alice.slash("any"))
    assertRefused(yield* respond(discord, interaction, {}), "type", "BASE_TYPE_REQUIRED", "no type")
    for (const type of [0, 2, 3, 11, 99, "4"]) {
      assertRefused(yield* respond(discord, interaction, { type }), "type", "BASE_TYPE_CHOICES", type)
    }
  }).pipe(Effect.scoped)
)
