/** A presence as Discord's JSON. */
import type { GatewayPresenceUpdateData } from "../../discord/DiscordApi.ts"
import type { ActivityType, Presence } from "../Presence.ts"

const activityTypes: { readonly [type in ActivityType]: number } = {
  playing: 0,
  streaming: 1,
  listening: 2,
  watching: 3,
  custom: 4,
  competing: 5
}

/** The data of Update Presence, and the `presence` of IDENTIFY. */
export const toData = (presence: Presence): GatewayPresenceUpdateData =>
  ({
    activities: (presence.activities ?? []).map((activity) => ({
      // Discord requires a name even when it does not show it.
      name: activity.name ?? "Custom Status",
      type: activityTypes[activity.type ?? (activity.name === undefined ? "custom" : "playing")],
      ...(activity.state === undefined ? undefined : { state: activity.state }),
      ...(activity.url === undefined ? undefined : { url: activity.url })
    })),
    afk: presence.afk ?? false,
    since: presence.since ?? null,
    status: presence.status ?? "online"
    // The status is an enum in discord-api-types, and a library must not import the values of those enums.
  }) as GatewayPresenceUpdateData
