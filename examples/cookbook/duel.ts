/**
 * # A game for two, with turns
 *
 * Lets one user challenge another. Only the two may click, only in their turn, and who takes more than a minute forfeits.
 *
 * `by` of a question says who may answer, and its `timeout` how long the turn lasts. The game is a loop in direct style:
 * the sticks are a variable of the handler, and there is no table of games.
 *
 * ## What to watch out for
 *
 * - Fifteen minutes after an answer its token ends; here each turn brings a new one, so a long game goes on.
 * - The default lifetime of a Runtime is 14 minutes and a half. `Expiration.inactivity` lets the game last as long as it is
 * played.
 * - `denied` tells everybody else why nothing happens. Without it they get the bot's text for `Denied`.
 * - Challenge neither bots nor yourself.
 */
import { Effect } from "effect"
import { Button, Command, ErrorReply, Expiration, Interaction, Options, Reply } from "fibercord"

const minute = "1 minute"

export const duel = Command.slash(
  "duel",
  {
    description: "Who takes the last stick has lost",
    options: { against: Options.user("Whom") },
    expiration: Expiration.inactivity("5 minutes")
  },
  Effect.fn("duel")(
    function* ({ against }) {
      const { user } = yield* Interaction.Interaction
      if (against.bot === true || against.id === user.id) return yield* ErrorReply.deny("Challenge another user.")
      yield* Reply.ask({
        content: `<@${against.id}>, <@${user.id}> challenges you.`,
        components: [[Button.choice("accept", { style: "success" })]],
        by: [against.id],
        denied: "You are not challenged.",
        timeout: minute
      })
      let [turn, other, sticks] = [against.id, user.id, 7]
      const play = Effect.gen(function* () {
        while (sticks > 0) {
          const taken = yield* Reply.ask({
            content: `${"|".repeat(sticks)}\n<@${turn}>, how many do you take?`,
            components: [[Button.choice("1"), Button.choice("2", { disabled: sticks < 2 })]],
            by: [turn],
            denied: "It is not your turn.",
            timeout: minute
          })
          sticks -= Number(taken)
          ;[turn, other] = [other, turn]
        }
        return yield* Reply.update({ content: `<@${turn}> has won.`, components: [] })
      })
      return yield* Effect.catchTag(play, "NoAnswer", () =>
        Reply.edit({ content: `<@${turn}> took too long. <@${other}> has won.`, components: [] })
      )
    },
    Effect.catchTag("NoAnswer", () => Reply.edit({ content: "The challenge was not accepted.", components: [] }))
  )
)
