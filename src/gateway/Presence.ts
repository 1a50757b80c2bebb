/**
 * What Discord shows about the bot: its status and activities. A presence is desired state: the shard sends the newest
 * one when it may, and carries it in every IDENTIFY, so it is not lost when a session is.
 *
 * Source: Discord, "Update Presence".
 */
import type { GatewayPresenceUpdateData } from "discord-api-types/v10"

/** Activity types and the numbers that Discord gives them. */
export const activityTypes = {
  playing: 0,
  streaming: 1,
  listening: 2,
  watching: 3,
  custom: 4,
  competing: 5
} as const

/** Something that the bot is shown to do. */
export interface Activity {
  /** Default: `"playing"`, or `"custom"` without a name. */
  readonly type?: keyof typeof activityTypes | undefined
  /** What is played, watched and so on. Not shown for `"custom"`. */
  readonly name?: string | undefined
  /** Free text; the whole of a `"custom"` activity. */
  readonly state?: string | undefined
  /** Of a stream on Twitch or YouTube. */
  readonly url?: string | undefined
}

/** A presence. */
export interface Presence {
  /** Default: `"online"`. `"invisible"` shows the bot as offline. */
  readonly status?: "online" | "dnd" | "idle" | "invisible" | undefined
  /** Default: none. */
  readonly activities?: ReadonlyArray<Activity> | undefined
  /** Since when the bot is idle, in milliseconds since 1970. Default: not. */
  readonly since?: number | undefined
  /** Default: false. */
  readonly afk?: boolean | undefined
}

/** The `d` of op 3, and the `presence` of IDENTIFY. */
export const toData = (presence: Presence): GatewayPresenceUpdateData =>
  ({
    activities: (presence.activities ?? []).map((activity) => ({
      // Discord requires a name, also where it shows none.
      name: activity.name ?? "Custom Status",
      type: activityTypes[activity.type ?? (activity.name === undefined ? "custom" : "playing")],
      ...(activity.state === undefined ? undefined : { state: activity.state }),
      ...(activity.url === undefined ? undefined : { url: activity.url })
    })),
    afk: presence.afk ?? false,
    since: presence.since ?? null,
    status: presence.status ?? "online"
    // The status is an enum in discord-api-types, whose values a library must not import.
  }) as GatewayPresenceUpdateData
