/** Requests that moderators approve or deny, days later if need be: an order is placed once, and a survey follows. */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Context, type Duration, Effect, Layer, Schema } from "effect"
import { Bot, Button, ErrorReply, Field, Options } from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"

/** Where things are ordered. It takes a second order with the same key for the first one. */
export class Shop extends Context.Service<
  Shop,
  { readonly order: (what: string, key: string) => Effect.Effect<string> }
>()("examples/Shop") {}

/** What differs between bots. */
export interface Settings {
  /** The channel of the moderators. */
  readonly moderators: string
  /** How long they have. Default: 7 days. */
  readonly patience?: Duration.Input
  /** When the user is asked how it was. Default: a day later. */
  readonly later?: Duration.Input
}

const reason = { title: "Why not?", fields: { why: Field.paragraph("Reason", { max: 300 }) } }

/** `/request`. */
export const request = ({ later = "1 day", moderators, patience = "7 days" }: Settings) =>
  Durable.slash(
    "request",
    {
      version: 1,
      description: "Ask for something",
      options: { what: Options.string("What you need", { max: 100 }) },
      response: { content: "The moderators know.", ephemeral: true }
    },
    Effect.fn("request")(function* ({ what }, { id, user }) {
      const tell = (name: string, content: string) => Durable.send(name, Durable.dm(user.id), { content })
      const verdict = yield* Durable.ask("verdict", {
        to: Durable.channel(moderators),
        content: `<@${user.id}> wants ${what}`,
        components: [
          [
            Button.choice("approve", { label: "Approve", style: "success" }),
            Button.choice("deny", { label: "Deny", style: "danger", form: reason })
          ]
        ],
        by: "anyone",
        timeout: patience,
        answered: ({ user: moderator, value }) => ({
          content: `<@${user.id}> wanted ${what}: ${value === "approve" ? "approved" : "denied"} by <@${moderator.id}>`
        })
      }).pipe(Effect.catchTag("Timeout", () => Effect.undefined))
      if (verdict === undefined) return yield* tell("nobody", `Nobody has decided about ${what}. Please ask again.`)
      if (verdict.value === "deny") return yield* tell("denied", `No ${what}: ${verdict.form.why}`)
      const shop = yield* Shop
      const order = yield* Durable.step("order", shop.order(what, id), { success: Schema.String })
      yield* tell("approved", `Your ${what} is on its way: order ${order}`)
      yield* Durable.sleep("until it is there", later)
      return yield* tell("survey", `How was the ${what}?`)
    })
  )

/** The bot, which needs a `Shop`, and `Dialogues` to keep the requests in. */
export const ApprovalBot = (settings: Settings) =>
  Bot.layer({
    interactions: [request(settings)],
    onError: { MessageError: () => ErrorReply.ephemeral("A message about your request could not be sent.") }
  })

const ShopLive = Layer.succeed(Shop, {
  order: (what, key) => Effect.as(Effect.logInfo(`Ordered ${what}`), key.slice(0, 8))
})

if (import.meta.main) {
  Layer.unwrap(Effect.map(Config.String("MODERATORS"), (moderators) => ApprovalBot({ moderators }))).pipe(
    Layer.provide(Dialogues.layerSqlite({ filename: "./requests.db" })),
    Layer.provide(ShopLive),
    Layer.provide(Bot.layerDiscord),
    Bot.launch,
    NodeRuntime.runMain
  )
}
