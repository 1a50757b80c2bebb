/** What must compile and what must not: the errors and requirements of handlers, up to the bot. */
import { describe, expectTypeOf, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { GatewayEvents } from "../src/gateway/GatewayEvents.ts"
import { ShardManager } from "../src/gateway/ShardManager.ts"
import { Interactions } from "../src/interactions/router/Interactions.ts"
import { DiscordRest } from "../src/rest/DiscordRest.ts"
import { Runtimes } from "../src/runtime/Runtimes.ts"
import * as Bot from "../src/Bot.ts"
import * as Button from "../src/interactions/definitions/Button.ts"
import * as Command from "../src/interactions/definitions/Command.ts"
import type * as Definition from "../src/interactions/definitions/Definition.ts"
import * as ErrorReply from "../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../src/interactions/replies/Interaction.ts"
import * as Reply from "../src/interactions/replies/Reply.ts"
import * as Runtime from "../src/runtime/Runtime.ts"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}
class TooLate extends Schema.TaggedError<TooLate>()("TooLate", {}) {}
class Shop extends Context.Service<Shop, { readonly take: Effect.Effect<void, OutOfStock> }>()("test/Shop") {}
class Till extends Context.Service<Till, { readonly pay: Effect.Effect<void, TooLate> }>()("test/Till") {}

const plain = Command.slash("plain", { description: "…" }, () =>
  Effect.gen(function* () {
    yield* Effect.addFinalizer(() => Effect.void)
    yield* Reply.send({ content: yield* Runtime.id })
  })
)
const buy = Command.slash("buy", { description: "…" }, () => Effect.flatMap(Shop, (shop) => shop.take))
const menu = Command.slash("menu", { description: "…" }, () =>
  Effect.gen(function* () {
    const pay = yield* Button.bound({ label: "Pay" }, () => Effect.flatMap(Till, (till) => till.pay))
    yield* Reply.send({ components: [[pay]] })
  })
)
const join = Button.independent("join", { payload: Schema.Struct({ role: Schema.String }) }, ({ role }) =>
  Effect.fail(new OutOfStock({ item: role }))
)
const closed = Button.independent("closed", {}, () => Effect.void)

const toReply = () => ErrorReply.ephemeral("…")

describe("Bot.layer", () => {
  it("requires nothing for handlers that only reply and use their Runtime and its scope", () => {
    const layer = Bot.layer({ interactions: [plain] })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Bot.Services>()
  })

  it("requires the services of handlers, bound components included", () => {
    const layer = Bot.layer({ interactions: [buy, menu], onError: { OutOfStock: toReply, TooLate: toReply } })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Bot.Services | Shop | Till>()
  })

  it("does not require the services of the bot itself, because it provides them", () => {
    const inside = Command.slash("inside", { description: "…" }, () =>
      Effect.gen(function* () {
        yield* ShardManager
        yield* Interactions
        yield* Runtimes
        yield* GatewayEvents
        yield* DiscordRest
      })
    )
    const layer = Bot.layer({ interactions: [inside] })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Bot.Services>()
    const onManager = Bot.layerWithoutShards({ interactions: [inside] })
    expectTypeOf<Layer.Services<typeof onManager>>().toEqualTypeOf<Bot.Services | ShardManager>()
  })

  it("requires onError to handle every error, those of bound and independent components included", () => {
    expectTypeOf<Definition.Errors<typeof menu>>().toEqualTypeOf<Reply.ReplyError | TooLate>()
    // @ts-expect-error nothing handles OutOfStock
    void (() => Bot.layer({ interactions: [buy] }))
    // @ts-expect-error nothing handles TooLate, which only a bound button fails with
    void (() => Bot.layer({ interactions: [menu] }))
    // @ts-expect-error nothing handles OutOfStock
    void (() => Bot.layer({ interactions: [join], onError: {} }))
    // @ts-expect-error only one of two errors is handled
    void (() => Bot.layer({ interactions: [buy, menu], onError: { OutOfStock: toReply } }))
    // @ts-expect-error there is no such error
    void (() => Bot.layer({ interactions: [buy], onError: { OutOfStock: toReply, Nonsense: toReply } }))
    void (() =>
      Bot.layer({ interactions: [buy, join], onError: { OutOfStock: ({ item }) => ErrorReply.visible(item) } }))
    void (() => Bot.layer({ interactions: [buy, menu], onError: (error) => ErrorReply.ephemeral(error._tag) }))
  })

  it("requires the services of onError, which is given the error and the interaction", () => {
    const layer = Bot.layer({
      interactions: [buy, menu],
      onError: {
        OutOfStock: ({ item }, { user }) => Effect.as(Effect.log(Shop), ErrorReply.visible(`${item} ${user.id}`)),
        TooLate: () =>
          Effect.as(
            Effect.flatMap(Till, () => Interaction),
            ErrorReply.ephemeral("…")
          )
      }
    })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Bot.Services | Shop | Till>()
    class Blame extends Context.Service<Blame, object>()("test/Blame") {}
    const other = Bot.layer({
      interactions: [join],
      onError: (error) => Effect.as(Blame, ErrorReply.visible(error._tag))
    })
    expectTypeOf<Layer.Services<typeof other>>().toEqualTypeOf<Bot.Services | Blame>()
    const optional = Bot.layer({ interactions: [plain], onError: { ReplyError: () => Effect.as(Blame, toReply()) } })
    expectTypeOf<Layer.Services<typeof optional>>().toEqualTypeOf<Bot.Services | Blame>()
    // @ts-expect-error there is no such option
    void (() => Bot.layer({ interactions: [plain], text: {} }))
  })

  it("passes typed payloads to independent buttons", () => {
    expectTypeOf(join.with).parameter(1).toEqualTypeOf<{ readonly role: string }>()
    void (() => join.with({ label: "Join" }, { role: "1" }))
    void (() => closed.with({ label: "Closed" }))
    // @ts-expect-error the payload is missing
    void (() => join.with({ label: "Join" }))
    // @ts-expect-error the payload is of another type
    void (() => join.with({ label: "Join" }, { role: 1 }))
  })
})
