/** The types of the fields of a message. Source: Discord, "Create Message" and the objects that it names. */
import { componentsOf } from "./componentShapes.ts"
import { cached, type KnownEmoji, partialEmoji } from "./emojis.ts"
import { array, type Json } from "./json.ts"
import {
  boolean,
  choice,
  decimal,
  integer,
  list,
  model,
  needed,
  type Shape,
  snowflake,
  snowflakeOrPlace,
  text,
  textUpTo,
  timestamp,
  url
} from "./shapes.ts"
import type { Path, Problems } from "./validate.ts"

const web = url("http", "https")
const media = url("http", "https", "attachment")

// Source: Discord, "Embed Object". What only Discord sets (provider, video, sizes) is ignored.
const embed = model({
  title: text,
  description: text,
  url: web,
  timestamp,
  color: integer,
  footer: model({ text: needed(text), icon_url: media }),
  image: model({ url: needed(media) }),
  thumbnail: model({ url: needed(media) }),
  author: model({ name: needed(text), url: web, icon_url: media }),
  fields: list(model({ name: needed(text), value: needed(text), inline: boolean }))
})

// Source: Discord, "Attachment Request Structure".
const attachment = model({
  id: needed(snowflakeOrPlace),
  filename: textUpTo(1024),
  title: textUpTo(1024),
  description: textUpTo(1024),
  duration_secs: decimal,
  waveform: text,
  is_spoiler: boolean
})

// Source: Discord, "Allowed Mentions Object".
const mentions = model({
  parse: list(choice("roles", "users", "everyone")),
  roles: list(snowflake),
  users: list(snowflake),
  replied_user: boolean
})

// Source: Discord, "Message Reference Structure".
const reference = model({
  type: choice(0, 1),
  message_id: needed(snowflake),
  channel_id: snowflake,
  guild_id: snowflake,
  fail_if_not_exists: boolean
})

// Source: Discord, "Poll Create Request Object".
const poll = (isKnown: KnownEmoji): Shape =>
  model({
    question: needed(model({ text })),
    answers: needed(list(model({ poll_media: needed(model({ text, emoji: partialEmoji(isKnown) })) }))),
    duration: integer,
    allow_multiselect: boolean,
    layout_type: choice(1)
  })

const nonce: Shape = (problems, value, path) => {
  if (typeof value !== "number" || !Number.isInteger(value)) text(problems, value, path)
}

const shape = cached((isKnown) =>
  model({
    content: text,
    nonce,
    tts: boolean,
    embeds: list(embed),
    allowed_mentions: mentions,
    message_reference: reference,
    components: componentsOf(isKnown),
    sticker_ids: list(snowflake),
    attachments: list(attachment),
    flags: integer,
    enforce_nonce: boolean,
    poll: poll(isKnown)
  })
)

/** Checks the types of what a bot sends, and the emojis in it. */
export const checkMessageShape = (problems: Problems, body: Json, isKnown: KnownEmoji, path: Path): void =>
  shape(isKnown)(problems, body, path)

const parts: ReadonlySet<string> = new Set(["title", "description", "fields", "image", "thumbnail", "footer", "author"])

/** An embed that shows nothing is refused: its description is named as the field that is missing. */
export const checkEmptyEmbeds = (problems: Problems, embeds: unknown, path: Path): void => {
  for (const [index, each] of array(embeds).entries()) {
    const given = Object.entries((each ?? {}) as Json).filter(([name]) => parts.has(name))
    const isShown = given.some(([, value]) =>
      typeof value === "string" ? value.trim() !== "" : Array.isArray(value) ? value.length > 0 : value !== null
    )
    if (!isShown) problems.add([...path, index, "description"], "BASE_TYPE_REQUIRED", "This field is required")
  }
}
