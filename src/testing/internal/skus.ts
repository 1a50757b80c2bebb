/** What an application sells, and who has subscribed to it. Source: Discord, "SKU Resource" and "Subscription Resource". */
import * as Effect from "effect/Effect"
import type { Subscription, SkuFields, SubscriptionFields } from "../Sku.ts"
import * as entitlements from "./entitlements.ts"
import type { Json } from "./json.ts"
import type { World } from "./world.ts"

const [subscription, group] = [5, 6]
const [available, forUsers] = [1 << 2, 1 << 8]

interface Shop {
  readonly skus: Map<string, Json>
  readonly subscriptions: Map<string, Json>
}

const shops = new WeakMap<World, Shop>()

const shopOf = (world: World): Shop => {
  const known = shops.get(world) ?? { skus: new Map<string, Json>(), subscriptions: new Map<string, Json>() }
  shops.set(world, known)
  return known
}

/** All SKUs. */
export const skusOf = (world: World): ReadonlyMap<string, Json> => shopOf(world).skus

/** All subscriptions. */
export const subscriptionsOf = (world: World): ReadonlyMap<string, Json> => shopOf(world).subscriptions

/** Makes an SKU, and returns its id. */
export const sell = (world: World, name: string, fields: SkuFields = {}): string => {
  const { type = subscription, flags = available | (type === subscription ? forUsers : 0) } = fields
  const add = (type: number): string => {
    const id = world.ids.next()
    shopOf(world).skus.set(id, {
      id,
      type,
      dependent_sku_id: null,
      application_id: world.settings.applicationId,
      manifest_labels: null,
      access_type: 1,
      name,
      features: [],
      release_date: null,
      premium: false,
      slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
      flags,
      show_age_gate: false
    })
    return id
  }
  if (type === subscription) add(group)
  return add(type)
}

const emit = (world: World, kind: "CREATE" | "UPDATE" | "DELETE", d: Json): void => {
  world.emit(`SUBSCRIPTION_${kind}`, d, undefined)
  world.signal.notify()
}

const period = 30 * 24 * 3_600_000

const iso = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00")

/** A user subscribes to an SKU, and gets its entitlement: ENTITLEMENT_CREATE and SUBSCRIPTION_CREATE. */
export const subscribe = (world: World, sku: string, userId: string, fields: SubscriptionFields = {}): Subscription => {
  const all = shopOf(world).subscriptions
  const id = world.ids.next()
  const entitlement = entitlements.give(world, sku, { user: userId })
  const put = (kind: "CREATE" | "UPDATE", after: Json): void => {
    all.set(id, after)
    emit(world, kind, after)
  }
  put("CREATE", {
    id,
    user_id: userId,
    sku_ids: [sku],
    entitlement_ids: [entitlement.id],
    renewal_sku_ids: null,
    current_period_start: world.timestamp(),
    current_period_end: iso(world.now() + period),
    status: 0,
    canceled_at: null,
    ...fields
  })
  return {
    id,
    entitlementId: entitlement.id,
    change: (changed) => Effect.sync(() => put("UPDATE", { ...all.get(id), ...changed })),
    delete: Effect.sync(() => {
      const gone = all.get(id)
      if (gone !== undefined && all.delete(id)) emit(world, "DELETE", gone)
    })
  }
}
