import { describe, expectTypeOf, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Dialogues from "../../src/durable/Dialogues.ts"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import type { Interaction } from "../../src/interactions/replies/Interaction.ts"
import type { MessageError } from "../../src/interactions/replies/MessageError.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"

class Unavailable extends Schema.TaggedError<Unavailable>("test/Unavailable")("Unavailable", {}) {}
const OrderId = Schema.String.pipe(Schema.brand("OrderId"))

class Shop extends Context.Service<
  Shop,
  { readonly order: (what: string) => Effect.Effect<typeof OrderId.Type, Unavailable> }
>()("test/Shop") {}

const reason = { title: "Why?", fields: { why: Field.paragraph("Reason") } }
const modChannel = "1"
const description = "…"

describe("the types of durable dialogues", () => {
  it("are those of what a user writes, without annotations", () => {
    const approve = Durable.slash(
      "request",
      { version: 1, description, options: { what: Options.string("What") } },
      Effect.fn("request")(function* ({ what }, { user }) {
        const shop = yield* Shop
        const verdict = yield* Durable.ask("verdict", {
          to: Durable.channel(modChannel),
          content: `${user.id} wants ${what}`,
          components: [[Button.choice("approve"), Button.choice("deny", { form: reason })]],
          by: "anyone",
          timeout: "7 days"
        })
        if (verdict.value === "deny") {
          expectTypeOf(verdict.form).toEqualTypeOf<{ readonly why: string }>()
          return
        }
        expectTypeOf(verdict.form).toEqualTypeOf<undefined>()
        const order = yield* Durable.step("order", shop.order(what), { success: OrderId, error: Unavailable })
        expectTypeOf(order).toEqualTypeOf<typeof OrderId.Type>()
        yield* Durable.send("result", Durable.dm(user.id), { content: `${verdict.value}: ${order}` })
        yield* Durable.sleep("a day later", "1 day")
        yield* Durable.send("survey", Durable.dm(user.id), { content: "How was it?" })
      })
    )
    expectTypeOf(approve).toEqualTypeOf<
      Durable.DialogueCommand<Durable.Timeout | MessageError | Unavailable, Shop | Dialogues.Dialogues | Interaction>
    >()
  })

  it("have no Timeout where there is none", () => {
    const asked = Durable.ask("verdict", { to: Durable.reply, components: [[Button.choice("yes")]] })
    expectTypeOf(asked).toEqualTypeOf<
      Effect.Effect<Durable.Answer<"yes", undefined>, MessageError, Durable.InDialogue>
    >()
  })

  it("are known of a step whose effect is written in its place", () => {
    const now = Durable.step(
      "now",
      Effect.map(DateTime.now, (now) => now),
      { success: Schema.DateTimeUtc }
    )
    expectTypeOf(now).toEqualTypeOf<Effect.Effect<DateTime.Utc, never, Durable.InDialogue>>()
  })

  it("leave out what a handler cannot have days later, and say what to use instead", () => {
    const written = () => [
      // @ts-expect-error -- There is no interaction.
      Durable.slash("a", { version: 1, description }, () => Reply.send({ content: "now" })),
      // @ts-expect-error -- There is no Runtime.
      Durable.slash("b", { version: 1, description }, () => Button.bound({ label: "+1" }, () => Effect.void)),
      // @ts-expect-error -- There is no Runtime.
      Durable.slash("c", { version: 1, description }, () => Runtime.Runtime.useSync(({ id }) => id)),
      // @ts-expect-error -- The result is of another type.
      Durable.step("order", Effect.succeed(1), { success: Schema.String }),
      // @ts-expect-error -- A dialogue has a version.
      Durable.slash("d", { description }, () => Effect.void)
    ]
    expectTypeOf(written).toBeFunction()
    expectTypeOf(Durable.step("outer", Durable.sleep("inner", "1 day"))).toBeString()
    // A step is taken in a dialogue only.
    expectTypeOf(Durable.sleep("later", "1 day")).not.toExtend<Effect.Effect<void>>()
  })
})
