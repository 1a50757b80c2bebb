/** What the application of the fake Discord sells. */
import type * as Effect from "effect/Effect"

/** What an SKU is. Source: Discord, "SKU Types" and "SKU Flags". */
export interface SkuFields {
  /** 2 is durable, 3 consumable, 5 a subscription, which has a group of its own. Default: 5. */
  readonly type?: 2 | 3 | 5 | undefined
  /** Bits: 4 is available, 128 a subscription of guilds, 256 of users. Default: 4, with 256 for subscriptions. */
  readonly flags?: number | undefined
}

/** Fields of a subscription. Source: Discord, "Subscription Resource". */
export interface SubscriptionFields {
  /** 0 is active, 1 inactive, 2 ending. Default: 0. */
  readonly status?: 0 | 1 | 2 | undefined
  /** ISO 8601. Default: in 30 days. */
  readonly current_period_end?: string | undefined
  /** ISO 8601. Default: `null`. */
  readonly canceled_at?: string | null | undefined
  /** Default: `null`. */
  readonly renewal_sku_ids?: ReadonlyArray<string> | null | undefined
}

/** A subscription that a test has made. */
export interface Subscription {
  readonly id: string
  /** The entitlement that it gives. */
  readonly entitlementId: string
  /** Changes fields of it: SUBSCRIPTION_UPDATE. */
  readonly change: (fields: SubscriptionFields) => Effect.Effect<void>
  /** Deletes it: SUBSCRIPTION_DELETE. */
  readonly delete: Effect.Effect<void>
}
