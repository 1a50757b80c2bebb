/** Entitlements: who has bought what. Source: Discord, "Entitlement Resource". */
import * as Effect from "effect/Effect"
import type { Entitled, Entitlement, EntitlementFields } from "../Entitlement.ts"
import type { Json } from "./json.ts"
import type { World } from "./world.ts"

const applicationSubscription = 8

const idOf = (one: string | { readonly id: string }): string => (typeof one === "string" ? one : one.id)

/** Gives somebody an entitlement. */
export const give = (world: World, sku: string, to: Entitled, fields: EntitlementFields = {}): Entitlement => {
  const id = world.ids.next()
  const owner = "user" in to ? { user_id: idOf(to.user) } : { guild_id: idOf(to.guild) }
  const made = {
    id,
    sku_id: sku,
    application_id: world.settings.applicationId,
    type: applicationSubscription,
    deleted: false,
    consumed: false,
    starts_at: world.timestamp(),
    ends_at: null,
    ...owner,
    ...fields
  }
  world.entitlements.set(id, made)
  world.emit("ENTITLEMENT_CREATE", made, undefined)
  return { id, change: (fields) => Effect.sync(() => change(world, id, fields)) }
}

/** Changes fields of an entitlement. */
export const change = (world: World, id: string, fields: EntitlementFields): void => {
  const changed = { ...world.entitlements.get(id), ...fields }
  world.entitlements.set(id, changed)
  world.emit(fields.deleted === true ? "ENTITLEMENT_DELETE" : "ENTITLEMENT_UPDATE", changed, undefined)
}

/** The entitlements that an interaction of a user carries. */
export const of = (world: World, userId: string, guildId: string | undefined): ReadonlyArray<Json> =>
  [...world.entitlements.values()].filter(
    (each) =>
      each["deleted"] !== true &&
      (each["user_id"] === userId || (guildId !== undefined && each["guild_id"] === guildId))
  )
