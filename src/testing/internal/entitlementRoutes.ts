/** The REST routes of entitlements. Source: Discord, "Entitlement Resource". */
import { idOf, noContent, numberOf, ok } from "./answers.ts"
import { ApiError, notFound, unknownEntitlement } from "./apiError.ts"
import * as entitlements from "./entitlements.ts"
import { type Json, number, object, string } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { skusOf } from "./skus.ts"
import { Problems } from "./validate.ts"
import type { World } from "./world.ts"

const worldOf = ({ params, world }: Call) => {
  if (params["application"] !== world.settings.applicationId) throw notFound()
  return world
}

const oneOf = (call: Call): Json => {
  const found = worldOf(call).entitlements.get(call.params["entitlement"] ?? "")
  if (found === undefined) throw unknownEntitlement()
  return found
}

const tests = new WeakMap<World, Set<string>>()

/** The ids of those that were made for tests: only they can be deleted. */
const testsOf = (world: World): Set<string> => {
  const known = tests.get(world) ?? new Set<string>()
  tests.set(world, known)
  return known
}

const isTrue = (text: string | null): boolean => text?.toLowerCase() === "true" || text === "1"

const hasEnded = (entitlement: Json, now: number): boolean => {
  const end = string(entitlement["ends_at"])
  return end !== undefined && Date.parse(end) <= now
}

const list = (call: Call): Answer => {
  const { query } = call
  const world = worldOf(call)
  const is = (field: string, wanted: string | null) => (each: Json) => wanted === null || each[field] === wanted
  const skus = query.get("sku_ids")?.split(",")
  const [after, before] = [idOf(call, "after"), idOf(call, "before")]
  const limit = numberOf(call, "limit", { or: 100, min: 1, max: 100 })
  const found = [...world.entitlements.values()]
    .filter(is("user_id", query.get("user_id")))
    .filter(is("guild_id", query.get("guild_id")))
    .filter((each) => skus === undefined || skus.includes(String(each["sku_id"])))
    .filter((each) => before === undefined || BigInt(String(each["id"])) < before)
    .filter((each) => after === undefined || BigInt(String(each["id"])) > after)
    .filter((each) => !isTrue(query.get("exclude_ended")) || !hasEnded(each, world.now()))
    // Left out unless the query says otherwise.
    .filter((each) => !isTrue(query.get("exclude_deleted") ?? "true") || each["deleted"] !== true)
  return ok(found.slice(0, limit))
}

const createTest = (call: Call): Answer => {
  const world = worldOf(call)
  const { owner_id, owner_type, sku_id } = object(call.body)
  const problems = new Problems()
  problems.length(["sku_id"], sku_id, 1, 20)
  problems.length(["owner_id"], owner_id, 1, 20)
  if (owner_type !== 1 && owner_type !== 2) {
    problems.add(["owner_type"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
  }
  problems.done()
  const skus = skusOf(world)
  // Without any SKUs the test has not said what there is.
  if (skus.size > 0 && !skus.has(String(sku_id))) throw new ApiError(404, 10_027, "Unknown SKU")
  const owner = String(owner_id)
  const to = number(owner_type) === 1 ? { guild: owner } : { user: owner }
  const { id } = entitlements.give(world, String(sku_id), to, { starts_at: null })
  testsOf(world).add(id)
  const { ends_at: _end, starts_at: _start, ...made } = { ...world.entitlements.get(id) } as Record<string, unknown>
  return ok(made)
}

const [consumable, subscription] = [3, 8]

const consume = (call: Call): Answer => {
  const { id, sku_id: sku, type } = oneOf(call)
  const known = skusOf(call.world).get(String(sku))
  const isConsumable = known === undefined ? type !== subscription : known["type"] === consumable
  if (!isConsumable) throw new ApiError(400, 40_018, "Only consumable SKUs can be consumed")
  entitlements.change(call.world, String(id), { consumed: true })
  return noContent
}

const remove = (call: Call): Answer => {
  const { id } = oneOf(call)
  if (!testsOf(call.world).has(String(id))) {
    throw new ApiError(400, 40_019, "You can only delete sandbox entitlements.")
  }
  entitlements.change(call.world, String(id), { deleted: true })
  return noContent
}

const all = "/applications/:application/entitlements"
const one = `${all}/:entitlement`

export const entitlementRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: list },
  { method: "POST", pattern: all, bot: true, handle: createTest },
  { method: "GET", pattern: one, bot: true, handle: (call) => ok(oneOf(call)) },
  { method: "POST", pattern: `${one}/consume`, bot: true, handle: consume },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
