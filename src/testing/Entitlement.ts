/** Entitlements of the fake Discord: what its users have bought. */
import type * as Effect from "effect/Effect"

/** Who gets an entitlement: a user or a guild, or its id. */
export type Entitled =
  | { readonly user: string | { readonly id: string } }
  | { readonly guild: string | { readonly id: string } }

/** Fields of an entitlement. Source: Discord, "Entitlement Object". */
export interface EntitlementFields {
  /** Default: 8, a subscription. 4 is a purchase in test mode. */
  readonly type?: number | undefined
  /** ISO 8601. Default: now. */
  readonly starts_at?: string | null | undefined
  /** ISO 8601. Default: never. */
  readonly ends_at?: string | null | undefined
  /** Default: `false`. */
  readonly consumed?: boolean | undefined
  /** Default: `false`. */
  readonly deleted?: boolean | undefined
}

/** An entitlement that a test has given. */
export interface Entitlement {
  readonly id: string
  /** Changes fields of it, and sends ENTITLEMENT_UPDATE; ENTITLEMENT_DELETE if it is deleted by this. */
  readonly change: (fields: EntitlementFields) => Effect.Effect<void>
}
