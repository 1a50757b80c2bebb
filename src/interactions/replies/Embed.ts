/**
 * Embeds in camel case. Messages accept them beside Discord's own.
 *
 * ```ts
 * import { DateTime, Effect } from "effect"
 * import { Embed } from "fibercord"
 *
 * const card = Effect.map(DateTime.now, (now) =>
 *   Embed.make({
 *     title: "Invoice",
 *     color: 0x5865f2,
 *     fields: [Embed.field("Sum", "12 €", { inline: true })],
 *     footer: "Paid",
 *     timestamp: now
 *   })
 * )
 * ```
 *
 * Discord's limits are checked when a message is sent, and {@link check} checks them before. Source: Discord, "Embed
 * Object" and "Embed Limits".
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Discord from "../../discord/Discord.ts"
import { given } from "../../internal/given.ts"
import { orInvalid, validBody } from "./internal/validBody.ts"
import type { ReplyError } from "./ReplyError.ts"

/** A line of an embed. Inline ones stand beside each other, up to three in a row. */
export interface Field {
  /** 1 to 256 characters. */
  readonly name: string
  /** 1 to 1024 characters. */
  readonly value: string
  /** Default: `false`. */
  readonly inline?: boolean | undefined
}

/** The author's line above the title. */
export interface Author {
  /** At most 256 characters. */
  readonly name: string
  /** Where a click on the name leads: an `http` or `https` URL. Default: nowhere. */
  readonly url?: string | undefined
  /** A URL, or `attachment://name` of a file of the message. */
  readonly iconUrl?: string | undefined
}

/** The line below everything else. */
export interface Footer {
  /** At most 2048 characters. */
  readonly text: string
  /** A URL, or `attachment://name` of a file of the message. */
  readonly iconUrl?: string | undefined
}

/** What an embed shows. All embeds of a message have at most 6000 characters together. */
export interface Options {
  /** At most 256 characters. */
  readonly title?: string | undefined
  /** Markdown, at most 4096 characters. */
  readonly description?: string | undefined
  /** Where a click on the title leads: an `http` or `https` URL. */
  readonly url?: string | undefined
  /** The color of the edge as 0xRRGGBB. Default: Discord's grey. */
  readonly color?: number | undefined
  /** A time in the footer, which everybody reads in their own time zone: a `Date`, or milliseconds since the epoch. */
  readonly timestamp?: DateTime.DateTime.Input | undefined
  /** At most 25. */
  readonly fields?: ReadonlyArray<Field> | undefined
  /** Who it is from, above the title: a name, or a name with a link and a picture. Default: nobody. */
  readonly author?: string | Author | undefined
  /** The line below everything: a text, or a text with a picture. Default: none. */
  readonly footer?: string | Footer | undefined
  /** A large picture: a URL, or `attachment://name` of a file of the message. */
  readonly image?: string | undefined
  /** A small picture in the corner: a URL, or `attachment://name` of a file of the message. */
  readonly thumbnail?: string | undefined
}

/** A {@link Field}. */
export const field = (name: string, value: string, options?: { readonly inline?: boolean | undefined }): Field => ({
  name,
  value,
  inline: options?.inline
})

const pictureOf = (url: string | undefined) => (url === undefined ? undefined : { url })

/** Makes an embed. Throws a `TypeError` if `timestamp` is no time. */
export const make = (options: Options): Discord.Embed => {
  const { author, color, description, fields, footer, image, thumbnail, timestamp, title, url } = options
  const by = Predicate.isString(author) ? { name: author } : author
  const below = Predicate.isString(footer) ? { text: footer } : footer
  return given({
    title,
    description,
    url,
    color,
    timestamp: timestamp === undefined ? undefined : DateTime.formatIso(DateTime.makeUnsafe(timestamp)),
    fields: fields?.map((each) => given({ ...each })),
    author: by && given({ name: by.name, url: by.url, icon_url: by.iconUrl }),
    footer: below && given({ text: below.text, icon_url: below.iconUrl }),
    image: pictureOf(image),
    thumbnail: pictureOf(thumbnail)
  }) as unknown as Discord.Embed
}

/**
 * The embeds, if Discord would accept them in one message. Fails with `InvalidMessage`, which names all problems.
 *
 * ```ts
 * import { Embed } from "fibercord"
 *
 * const problems = Embed.check({ title: "A title", description: "A text" })
 * ```
 */
export const check = (...embeds: ReadonlyArray<Discord.Embed>): Effect.Effect<Array<Discord.Embed>, ReplyError> =>
  orInvalid(() => Effect.succeed(validBody({ data: { embeds: [...embeds] }, files: undefined }, false).data.embeds))
