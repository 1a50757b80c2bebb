/** The routes of SKUs and of subscriptions to them. Source: Discord, "SKU Resource" and "Subscription Resource". */
import { checkId, checkRequired, idOf, numberOf, ok } from "./answers.ts"
import { ApiError, notFound } from "./apiError.ts"
import { array, type Json } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { skusOf, subscriptionsOf } from "./skus.ts"
import { Problems } from "./validate.ts"

const unknownSku = () => new ApiError(404, 10_027, "Unknown SKU")

const list = ({ params, world }: Call): Answer => {
  if (params["application"] !== world.settings.applicationId) throw notFound()
  return ok([...skusOf(world).values()])
}

const ofSku = ({ params, world }: Call): ReadonlyArray<Json> => {
  const sku = params["sku"] ?? ""
  if (!skusOf(world).has(sku)) throw unknownSku()
  return [...subscriptionsOf(world).values()].filter((each) => array(each["sku_ids"]).includes(sku))
}

const subscriptions = (call: Call): Answer => {
  const user = call.query.get("user_id")
  const problems = new Problems()
  // Only queries with OAuth do without it.
  checkRequired(problems, ["user_id"], user)
  checkId(problems, ["user_id"], user)
  problems.done()
  const [after, before] = [idOf(call, "after"), idOf(call, "before")]
  const limit = numberOf(call, "limit", { or: 50, min: 1, max: 100 })
  const found = ofSku(call)
    .filter((each) => each["user_id"] === user)
    .filter(({ id }) => before === undefined || BigInt(String(id)) < before)
    .filter(({ id }) => after === undefined || BigInt(String(id)) > after)
  return ok(found.slice(0, limit))
}

const subscription = (call: Call): Answer => {
  const found = ofSku(call).find(({ id }) => id === call.params["subscription"])
  if (found === undefined) throw notFound()
  return ok(found)
}

/** The routes. */
export const skuRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/applications/:application/skus", bot: true, handle: list },
  { method: "GET", pattern: "/skus/:sku/subscriptions", bot: true, handle: subscriptions },
  { method: "GET", pattern: "/skus/:sku/subscriptions/:subscription", bot: true, handle: subscription }
]
