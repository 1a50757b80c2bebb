/**
 * # Commands that users pay for
 *
 * Restricts a command to supporters, offers the purchase to everybody else, and uses up what was bought once.
 *
 * Discord sends with each interaction what the user and the server have bought. `Middleware.requireEntitlement` reads
 * that, and shows a premium button to those who have not. A consumable SKU is bought for one use: the bot tells Discord
 * when it is used up.
 *
 * ## What to watch out for
 *
 * - Consume before you deliver. If the call fails, nothing was delivered; the other way round it can be had twice.
 * - Two commands at the same moment carry the same entitlement. `maxConcurrency` lets one of a user run at a time.
 * - Purchases from the application's test mode count, unless you say `testMode: false`.
 */
import { Effect } from "effect"
import { Command, DiscordRest, ErrorReply, Interaction, Middleware, Reply } from "fibercord"

/** For supporters, who have a subscription of this SKU. */
export const portrait = (subscription: string) =>
  Command.slash("portrait", { description: "Draw your portrait" }, () => Reply.send({ content: "🖼️" })).pipe(
    Middleware.requireEntitlement(subscription, { denied: "Portraits are for supporters." })
  )

/** Uses up one purchase of this consumable SKU each time. */
export const treasure = (chest: string) =>
  Command.slash(
    "treasure",
    { description: "Open a chest", replies: { ephemeral: true } },
    Effect.fn("treasure")(function* () {
      const { entitlements, raw } = yield* Interaction.Interaction
      const bought = entitlements.find(({ consumed, sku_id }) => sku_id === chest && consumed !== true)
      if (bought === undefined) return yield* ErrorReply.deny("You have no chest.")
      yield* DiscordRest.use((api) => api.monetization.consumeEntitlement(raw.application_id, bought.id))
      return yield* Reply.send({ content: "You find 100 coins." })
    })
  ).pipe(
    Middleware.requireEntitlement(chest, { denied: "You have no chest. Buy one?" }),
    Middleware.maxConcurrency(1, { per: "user" })
  )

/** For the `onError` of `Bot.layer`. */
export const treasureErrors = {
  DiscordRestError: () => ErrorReply.ephemeral("The chest is stuck, and still yours. Please try again.")
}
