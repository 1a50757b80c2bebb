/**
 * What Discord shows about the bot: its status and its activities.
 *
 * A presence is desired state. The shard sends the newest one as soon as it may, and repeats it in every IDENTIFY, so
 * it survives a lost session.
 *
 * Source: Discord, "Update Presence".
 */

/** How an activity is introduced: `"playing"` reads "Playing …". A `"custom"` activity shows only its `state`. */
export type ActivityType = "playing" | "streaming" | "listening" | "watching" | "custom" | "competing"

/** Something the bot is shown to be doing. */
export interface Activity {
  /** Default: `"playing"`, or `"custom"` when there is no `name`. */
  readonly type?: ActivityType | undefined
  /** What is being played, watched and so on. Discord does not show it for `"custom"`. */
  readonly name?: string | undefined
  /** Free text. It is all that a `"custom"` activity shows. */
  readonly state?: string | undefined
  /** The address of a stream on Twitch or YouTube, for `"streaming"`. */
  readonly url?: string | undefined
}

/** A presence. */
export interface Presence {
  /** Default: `"online"`. `"invisible"` shows the bot as offline. */
  readonly status?: "online" | "dnd" | "idle" | "invisible" | undefined
  /** Default: none. */
  readonly activities?: ReadonlyArray<Activity> | undefined
  /** When the bot became idle, in milliseconds since 1970. Default: it is not idle. */
  readonly since?: number | undefined
  /** Whether the bot is away from the keyboard. Default: false. */
  readonly afk?: boolean | undefined
}
