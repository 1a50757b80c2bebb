/** Which entitlements give access. Source: Discord, "Entitlement Object". */
import type * as Discord from "../../discord/Discord.ts"
import { entitlementType } from "../../discord/numbers.ts"

const timeOf = (text: string | null | undefined): number | undefined =>
  typeof text === "string" ? Date.parse(text) : undefined

/**
 * Whether an entitlement gives access at a time, in milliseconds since the Unix epoch: it is not deleted, has begun, has not
 * ended, and was not used up, as items that can be consumed are.
 */
export const isActive = (entitlement: Discord.Entitlement, now: number): boolean => {
  const { consumed, deleted, ends_at, starts_at } = entitlement
  return (
    deleted !== true &&
    consumed !== true &&
    (timeOf(starts_at) ?? -Infinity) <= now &&
    now < (timeOf(ends_at) ?? Infinity)
  )
}

/** Whether it was bought by a developer in the test mode of the application, for nothing. */
export const isTest = ({ type }: Discord.Entitlement): boolean => Number(type) === entitlementType.testModePurchase
