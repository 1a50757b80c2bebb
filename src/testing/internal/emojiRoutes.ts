/** The routes of an application's own emojis. Source: Discord, "Emoji Resource" and "Image Data". */
import { created, noContent, ok } from "./answers.ts"
import { ApiError, notFound, unknownEmoji } from "./apiError.ts"
import { type Json, object, string } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"

const maxCount = 2000
const maxSize = 256 * 1024

const ownOf = ({ params, world }: Call): Map<string, Json> => {
  if (params["application"] !== world.settings.applicationId) throw notFound()
  return world.applicationEmojis
}

const byId = (call: Call): Json => {
  const emoji = ownOf(call).get(call.params["emoji"] ?? "")
  if (emoji === undefined) throw unknownEmoji()
  return emoji
}

const checkName = (call: Call, problems: Problems, name: unknown, self?: Json): void => {
  problems.length(["name"], name, 2, 32)
  const text = string(name) ?? ""
  if (!/^\w*$/.test(text)) problems.add(["name"], "STRING_TYPE_REGEX", "String value did not match validation regex.")
  const isTaken = [...ownOf(call).values()].some((other) => other !== self && other["name"] === text)
  if (isTaken) {
    problems.add(
      ["name"],
      "APPLICATION_EMOJI_NAME_ALREADY_TAKEN",
      "An emoji with that name already exists for this app."
    )
  }
}

const create = (call: Call): Answer => {
  const { name, image } = object(call.body)
  const emojis = ownOf(call)
  const problems = new Problems()
  checkName(call, problems, name)
  const [, type, data = ""] = /^data:(image\/(?:png|jpeg|gif|webp|avif));base64,(.+)$/.exec(string(image) ?? "") ?? []
  if (type === undefined) problems.add(["image"], "IMAGE_INVALID", "Invalid image data")
  // Discord documents that this refusal has no code.
  if (Buffer.from(data, "base64").length > maxSize) throw new ApiError(400, 0, "File cannot be larger than 256.0 kb.")
  problems.done()
  if (emojis.size >= maxCount) throw new ApiError(400, 30008, `Maximum number of emojis reached (${maxCount})`)
  const made = call.world.addApplicationEmoji(string(name) ?? "", { animated: type === "image/gif" })
  const bytes = Buffer.from(data, "base64")
  call.world.files.put(`/emojis/${String(made["id"])}`, { name: String(made["id"]), type: type ?? "", bytes })
  return created(made)
}

const edit = (call: Call): Answer => {
  const before = byId(call)
  const { name } = object(call.body)
  if (name === undefined) return ok(before)
  const problems = new Problems()
  checkName(call, problems, name, before)
  problems.done()
  return ok(call.world.saveApplicationEmoji({ ...before, name }))
}

const remove = (call: Call): Answer => {
  ownOf(call).delete(`${String(byId(call)["id"])}`)
  return noContent
}

const all = "/applications/:application/emojis"

/** The routes. */
export const emojiRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: (call) => ok({ items: [...ownOf(call).values()] }) },
  { method: "POST", pattern: all, bot: true, handle: create },
  { method: "GET", pattern: `${all}/:emoji`, bot: true, handle: (call) => ok(byId(call)) },
  { method: "PATCH", pattern: `${all}/:emoji`, bot: true, handle: edit },
  { method: "DELETE", pattern: `${all}/:emoji`, bot: true, handle: remove }
]
