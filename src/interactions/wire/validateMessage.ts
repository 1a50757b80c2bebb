/** Discord's rules for messages. Source: Discord, "Create Message", "Embed Limits" and "Allowed Mentions Object". */
import * as Predicate from "effect/Predicate"
import * as limits from "../../discord/limits.ts"
import { messageFlag } from "../../discord/numbers.ts"
import { type Check, codePoints, isUrl, type Json, listOf, type Problem, problemsOf } from "./check.ts"
import { checkEmoji } from "./emoji.ts"
import { checkComponents } from "./validateComponents.ts"

/** A message as it is sent: Discord's JSON, and the files beside it. */
export interface Sent {
  readonly data: object
  readonly files: ReadonlyArray<{ readonly name: string }> | undefined
}

// White space at both ends does not count, and is rare: only a text that is too long is trimmed.
const trimmed = (value: unknown, { max, min }: limits.Range): unknown =>
  typeof value === "string" && (value.length > max || min > 0) ? value.trim() : value

const embedText = (check: Check, embed: Json, field: string, range: limits.Range): void =>
  check.length(field, trimmed(embed[field], range), range)

const checkField = (check: Check, field: Json): void => {
  embedText(check, field, "name", limits.embed.fieldName)
  embedText(check, field, "value", limits.embed.fieldValue)
}

const webUrl = /^https?:\/\//i
const mediaUrl = /^(?:https?|attachment):\/\//i

const checkUrl = (check: Check, value: unknown, field: string, scheme: RegExp, schemes: string): void => {
  if (!Predicate.isNotNullish(value)) return
  if (!isUrl(value, scheme)) check.fail(field, `a URL with ${schemes}`, value)
}

const shown = ["title", "description", "image", "thumbnail", "footer", "author"] as const

const isShown = (value: unknown): boolean =>
  typeof value === "string" ? value.trim() !== "" : Predicate.isNotNullish(value)

// An embed with nothing but a color or a URL is refused.
const isEmpty = (embed: Json): boolean =>
  listOf(embed["fields"]).length === 0 && !shown.some((part) => isShown(embed[part]))

const checkFooter = (check: Check, footer: Json): void => {
  embedText(check, footer, "text", limits.embed.footer)
  if (!Predicate.isNotNullish(footer["text"])) check.fail("text", "the text of a footer", undefined)
  checkUrl(check, footer["icon_url"], "icon_url", mediaUrl, "http, https or attachment")
}

const checkAuthor = (check: Check, author: Json): void => {
  embedText(check, author, "name", limits.embed.author)
  if (!Predicate.isNotNullish(author["name"])) check.fail("name", "the name of an author", undefined)
  checkUrl(check, author["url"], "url", webUrl, "http or https")
  checkUrl(check, author["icon_url"], "icon_url", mediaUrl, "http, https or attachment")
}

const checkPicture = (check: Check, picture: Json): void => {
  if (!Predicate.isNotNullish(picture["url"])) check.fail("url", "the URL of a picture", undefined)
  checkUrl(check, picture["url"], "url", mediaUrl, "http, https or attachment")
}

const checkTime = (check: Check, value: unknown): void => {
  if (!Predicate.isNotNullish(value)) return
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))
  if (!isTime) check.fail("timestamp", "a time in ISO 8601", value)
}

const checkEmbed = (check: Check, embed: Json): void => {
  if (isEmpty(embed)) check.fail("description", "something to show in an embed", undefined)
  checkUrl(check, embed["url"], "url", webUrl, "http or https")
  check.in("image", embed["image"], checkPicture)
  check.in("thumbnail", embed["thumbnail"], checkPicture)
  check.whole("color", embed["color"], limits.embed.color)
  checkTime(check, embed["timestamp"])
  embedText(check, embed, "title", limits.embed.title)
  embedText(check, embed, "description", limits.embed.description)
  check.in("footer", embed["footer"], checkFooter)
  check.in("author", embed["author"], checkAuthor)
  check.count("fields", embed["fields"], limits.embed.fields)
  check.each("fields", embed["fields"], checkField)
}

const lengthOf = (value: unknown): number => (typeof value === "string" ? codePoints(value.trim()) : 0)

const inside = (value: unknown, field: string): unknown =>
  Predicate.isObject(value) ? (value as Json)[field] : undefined

const charactersOf = (embed: unknown): number =>
  lengthOf(inside(embed, "title")) +
  lengthOf(inside(embed, "description")) +
  lengthOf(inside(inside(embed, "footer"), "text")) +
  lengthOf(inside(inside(embed, "author"), "name")) +
  listOf(inside(embed, "fields")).reduce<number>(
    (sum, field) => sum + lengthOf(inside(field, "name")) + lengthOf(inside(field, "value")),
    0
  )

const checkEmbeds = (check: Check, embeds: ReadonlyArray<unknown>): void => {
  check.count("embeds", embeds, limits.message.embeds)
  check.each("embeds", embeds, checkEmbed)
  let total = 0
  for (const embed of embeds) total += charactersOf(embed)
  check.total("embeds", total, limits.embed.total, "characters")
}

const checkMentions = (check: Check, mentions: Json): void => {
  const parse = listOf(mentions["parse"])
  const roles = listOf(mentions["roles"])
  const users = listOf(mentions["users"])
  check.count("roles", roles, limits.message.mentionedRoles)
  check.count("users", users, limits.message.mentionedUsers)
  if (parse.includes("roles") && roles.length > 0) check.fail("roles", "no ids beside `roles` in `parse`", roles)
  if (parse.includes("users") && users.length > 0) check.fail("users", "no ids beside `users` in `parse`", users)
}

// What is missing has an empty text.
const orEmpty = (value: unknown): unknown => (Predicate.isObject(value) ? value : {})

const checkAnswer = (check: Check, answer: Json): void =>
  check.in("poll_media", orEmpty(answer["poll_media"]), (media, { emoji, text }) => {
    media.length("text", text, limits.poll.answer)
    checkEmoji(media, "emoji", emoji)
  })

const checkPoll = (check: Check, poll: Json): void => {
  check.in("question", orEmpty(poll["question"]), (question, { text }) =>
    question.length("text", text, limits.poll.question)
  )
  check.count("answers", poll["answers"], limits.poll.answers)
  check.each("answers", poll["answers"], checkAnswer)
  check.whole("duration", poll["duration"], limits.poll.duration)
}

const flagsOf = (data: Json): number => (typeof data["flags"] === "number" ? data["flags"] : 0)

const checkMessage = (check: Check, { data, files }: Sent): void => {
  const body = data as Json
  const isV2 = (flagsOf(body) & messageFlag.componentsV2) !== 0
  const { allowed_mentions: mentions, components, content, embeds, poll, sticker_ids: stickers } = body
  check.length("content", content, limits.message.content)
  if (Array.isArray(embeds) && embeds.length > 0) checkEmbeds(check, embeds)
  if (Array.isArray(components)) checkComponents(check, components, isV2)
  if (isV2) {
    if (typeof content === "string" && content !== "") check.fail("content", "no content beside Components V2", content)
    if (listOf(embeds).length > 0) check.fail("embeds", "no embeds beside Components V2", embeds)
    if (Predicate.isNotNullish(poll)) check.fail("poll", "no poll beside Components V2", poll)
    if (listOf(stickers).length > 0) check.fail("stickers", "no stickers beside Components V2", stickers)
  }
  if (stickers !== undefined) check.count("stickers", stickers, limits.message.stickers)
  if (mentions !== undefined) check.in("allowed_mentions", mentions, checkMentions)
  if (files !== undefined) check.count("files", files, limits.message.files)
}

const noFiles: ReadonlyArray<never> = []

const checkNewMessage = (check: Check, message: Sent): void => {
  check.files = message.files ?? noFiles
  const { poll } = message.data as Json
  check.in("poll", poll, checkPoll)
  checkMessage(check, message)
}

const checkChange = (check: Check, message: Sent): void => {
  const { poll } = message.data as Json
  if (Predicate.isNotNullish(poll)) check.fail("poll", "no poll, because a message gets one only when it is sent", poll)
  checkMessage(check, message)
}

/**
 * Which of Discord's rules a message breaks. An edit (`isNew: false`) may show files that the message already has, which
 * are not known here.
 */
export const validateMessage = (message: Sent, isNew: boolean): ReadonlyArray<Problem> =>
  problemsOf(isNew ? checkNewMessage : checkChange, message)
