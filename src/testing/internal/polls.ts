/** Who has voted in a message's poll. Source: Discord, "Poll Object", "Poll Results Object". */
import { NotUsable } from "../FakeDiscordError.ts"
import { type Json, number, object, objects } from "./json.ts"
import type { MessageRecord, World } from "./world.ts"

const all = new WeakMap<MessageRecord, Map<string, ReadonlySet<number>>>()

const of = (message: MessageRecord): Map<string, ReadonlySet<number>> => {
  const known = all.get(message) ?? new Map<string, ReadonlySet<number>>()
  all.set(message, known)
  return known
}

/** What has changed: answers that the user no longer votes for, and those that it votes for now. */
export interface Changed {
  readonly removed: ReadonlyArray<number>
  readonly added: ReadonlyArray<number>
}

const refused = (rule: string) => new NotUsable({ wanted: "the poll", detail: "invalid", rule, found: [] })

/** The answers that the user votes for from now on. The poll must be open, and have these answers. */
export const vote = (world: World, message: MessageRecord, userId: string, answers: ReadonlyArray<number>): Changed => {
  const poll = object(message.raw["poll"])
  const ids = objects(poll["answers"]).map((answer) => number(answer["answer_id"]))
  const results = object(poll["results"])
  const isOpen = results["is_finalized"] === false && Date.parse(String(poll["expiry"])) > world.now()
  if (!isOpen) throw refused("the message has no open poll")
  if (!answers.every((answer) => ids.includes(answer))) throw refused(`the poll has the answers ${ids.join(", ")}`)
  if (answers.length > 1 && poll["allow_multiselect"] !== true) throw refused("the poll takes one answer of each user")
  const votes = of(message)
  const before = votes.get(userId) ?? new Set()
  const after = new Set(answers)
  votes.set(userId, after)
  const counts: ReadonlyArray<Json> = ids
    .map((id) => ({ id, count: [...votes.values()].filter((each) => each.has(id ?? 0)).length, me_voted: false }))
    .filter(({ count }) => count > 0)
  message.raw = { ...message.raw, poll: { ...poll, results: { ...results, answer_counts: counts } } }
  message.version++
  world.signal.notify()
  return {
    removed: [...before].filter((answer) => !after.has(answer)),
    added: answers.filter((answer) => !before.has(answer))
  }
}

/** The users who vote for an answer. */
export const votersOf = (message: MessageRecord, answer: number): ReadonlyArray<string> =>
  [...of(message)].filter(([, answers]) => answers.has(answer)).map(([userId]) => userId)
