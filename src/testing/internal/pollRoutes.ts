/** The routes of polls. Source: Discord, "Poll Resource". */
import { unknownPoll } from "./apiError.ts"
import { idOf, numberOf, ok, pageAfter } from "./answers.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import { notAPoll } from "./limitErrors.ts"
import type { Finders } from "./messageRoutes.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import * as polls from "./polls.ts"
import type { Answer, Call, Route } from "./routes.ts"
import type { MessageRecord } from "./world.ts"

const pollResult = 46

/** The embed of the message about the result. Source: Discord, "Poll Result Embed Fields". */
const resultEmbed = (poll: Json): Json => {
  const counts = objects(object(poll["results"])["answer_counts"])
  const votes = counts.map((each) => number(each["count"]) ?? 0)
  const most = Math.max(0, ...votes)
  const winners = counts.filter((each) => each["count"] === most)
  const winner = winners.length === 1 ? winners[0] : undefined
  const answer = objects(poll["answers"]).find((each) => each["answer_id"] === winner?.["id"])
  const fields = {
    poll_question_text: string(object(poll["question"])["text"]) ?? "",
    victor_answer_votes: most,
    total_votes: votes.reduce((sum, each) => sum + each, 0),
    ...(answer === undefined
      ? {}
      : { victor_answer_id: answer["answer_id"], victor_answer_text: object(answer["poll_media"])["text"] })
  }
  return {
    type: "poll_result",
    fields: Object.entries(fields).map(([name, value]) => ({ name, value: String(value), inline: false }))
  }
}

const announceResult = (call: Call, message: MessageRecord): void => {
  messages.createSystem(call.world, {
    channelId: message.channelId,
    author: call.world.bot,
    type: pollResult,
    fields: {
      embeds: [resultEmbed(object(message.raw["poll"]))],
      message_reference: { type: 0, channel_id: message.channelId, message_id: message.id }
    }
  })
}

const expire = (find: Finders, call: Call): Answer => {
  const message = find.ownMessageOf(call)
  const poll = object(message.raw["poll"])
  if (array(poll["answers"]).length === 0) throw notAPoll()
  const results = object(poll["results"])
  const isOver = results["is_finalized"] === true || Date.parse(String(poll["expiry"])) <= call.world.now()
  if (isOver) throw unknownPoll()
  const ended = { ...poll, expiry: call.world.timestamp(), results: { ...results, is_finalized: true } }
  messages.change(call.world, message, { poll: ended })
  announceResult(call, message)
  return ok(message.raw)
}

const voters = (find: Finders, call: Call): Answer => {
  const message = find.messageOf(call)
  const limit = numberOf(call, "limit", { or: 25, min: 1, max: 100 })
  const ids = polls.votersOf(message, Number(call.params["answer"]))
  const users = ids.flatMap((id) => call.world.users.get(id) ?? [])
  return ok({ users: pageAfter(users, idOf(call, "after"), limit).map(payloads.user) })
}

/** The routes. */
export const pollRoutes = (find: Finders): ReadonlyArray<Route> => {
  const poll = "/channels/:channel/polls/:message"
  return [
    { method: "GET", pattern: `${poll}/answers/:answer`, bot: true, handle: (call) => voters(find, call) },
    { method: "POST", pattern: `${poll}/expire`, bot: true, handle: (call) => expire(find, call) }
  ]
}
