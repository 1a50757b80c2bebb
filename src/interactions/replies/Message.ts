/** What a reply contains: Discord's message fields in camel case. Discord's own objects are accepted inside. */
import type * as Duration from "effect/Duration"
import type * as Discord from "../../discord/Discord.ts"

/** Who may be mentioned; `{}` mentions nobody. Source: Discord, "Allowed Mentions Object". */
export interface AllowedMentions {
  /** All mentions of these kinds in the content. */
  readonly parse?: ReadonlyArray<"everyone" | "roles" | "users"> | undefined
  /** Ids of roles, at most 100. */
  readonly roles?: ReadonlyArray<string> | undefined
  /** Ids of users, at most 100. */
  readonly users?: ReadonlyArray<string> | undefined
  /** Whether the author of the message that this one replies to is mentioned. Default: `false`. */
  readonly repliedUser?: boolean | undefined
}

/** An answer of a poll: a text, or a text with an emoji before it. */
export type PollAnswer =
  | string
  | {
      /** What the answer says. */
      readonly text: string
      /** An emoji before the text. Default: none. */
      readonly emoji?: Discord.Emoji | undefined
    }

/** A poll, which Discord shows, counts and ends. Source: Discord, "Poll Create Request Object". */
export interface Poll {
  /** 1 to 300 characters. */
  readonly question: string
  /** 1 to 10, each of at most 55 characters. */
  readonly answers: ReadonlyArray<PollAnswer>
  /** How long it is open: whole hours, from 1 hour to 32 days. Default: one day. */
  readonly duration?: Duration.Input | undefined
  /** Whether a user may choose several answers. Default: `false`. */
  readonly multiple?: boolean | undefined
}

/** A file to upload. */
export interface Upload {
  /** Its name. Components refer to it as `attachment://name`. */
  readonly name: string
  /** The content: bytes, or text that is sent as UTF-8. */
  readonly data: Uint8Array | string
  /** Its media type. Default: Discord's guess from the name. */
  readonly contentType?: string | undefined
  /** What it shows, for those who cannot see it. At most 1024 characters. Default: none. */
  readonly description?: string | undefined
  /** Whether it is hidden until somebody clicks on it. Default: `false`. */
  readonly spoiler?: boolean | undefined
}

/** A file that an edit or an update leaves on the message, with what it changes about it. */
export interface KeptAttachment {
  /** The id of the attachment. */
  readonly id: string
  /** At most 1024 characters. Default: as it is. */
  readonly description?: string | undefined
  /** Default: as it is. */
  readonly spoiler?: boolean | undefined
}

/** A row of up to five buttons, or of one select menu. */
export type Row = ReadonlyArray<Discord.RowComponent>

/** Defaults of replies. Those of the bot, of the definition and the reply itself are merged field by field. */
export interface ReplyDefaults {
  /**
   * Only the user sees it. Discord fixes this when a message is first sent, so a text that says `true` never changes a
   * message that others see: it is sent as a message of its own. Default: `false`, or what `Reply.defer` said.
   */
  readonly ephemeral?: boolean | undefined
  /** Nobody is notified of a new message. Default: `false`. */
  readonly silent?: boolean | undefined
  /** Who may be mentioned. Default: users only, as Discord does it for replies to interactions. */
  readonly allowedMentions?: AllowedMentions | undefined
  /** An update that brings components keeps those of the message, after the new ones. Default: `false`. */
  readonly keepComponents?: boolean | undefined
  /** An update keeps what the user selected in the menu that was used, as its defaults. Default: `false`. */
  readonly keepSelections?: boolean | undefined
}

/** A message. When a message is edited, absent fields are left as they are. */
export interface Message extends ReplyDefaults {
  /** At most 2000 characters. */
  readonly content?: string | undefined
  /** At most 10. See `Embed.make`. */
  readonly embeds?: ReadonlyArray<Discord.Embed> | undefined
  /** Rows, or any top-level component; `[]` removes all of them. Components V2 are recognised and flagged. */
  readonly components?: ReadonlyArray<Row | Discord.TopLevelComponent> | undefined
  /**
   * At most 10. In an edit or an update they replace the files that the message has, so that a picture which changes with
   * each page does not pile up; see `keepAttachments`.
   */
  readonly files?: ReadonlyArray<Upload> | undefined
  /**
   * Which files an edit or an update leaves on the message: all (`true`), none (`false`), or those with these ids,
   * whose details can change with it.
   * Default: none when it brings `files`, else all.
   */
  readonly keepAttachments?: boolean | ReadonlyArray<string | KeptAttachment> | undefined
  /**
   * A new message can have a poll; it cannot be added to an old one. Discord refuses edits of a message with a poll
   * (520003), so that its components cannot be disabled. Not beside Components V2. Default: none.
   */
  readonly poll?: Poll | undefined
  /** Whether embeds that Discord makes of links are hidden. Default: `false`, and for an edit: as it is. */
  readonly suppressEmbeds?: boolean | undefined
  /** Whether a new message is read aloud. Default: `false`. */
  readonly tts?: boolean | undefined
  /** Ids of stickers, at most 3. Only for new messages in channels: Discord takes none in replies to interactions. */
  readonly stickers?: ReadonlyArray<string> | undefined
}
