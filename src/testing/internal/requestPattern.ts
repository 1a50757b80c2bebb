/** Which REST requests a test means. */
import type { RequestPattern } from "../Faults.ts"

/** A request as `METHOD /route` and `METHOD /path`. */
interface Subject {
  readonly route: string
  readonly path: string
}

/** Whether a request is one of them. */
export const fits = (requests: RequestPattern, { path, route }: Subject): boolean => {
  if (typeof requests !== "string") return requests.test(path)
  if (requests === route || requests === path) return true
  const ofRoute = route.split("/")
  const ofPath = path.split("/")
  const wanted = requests.split("/")
  return (
    wanted.length === ofRoute.length &&
    wanted.every((part, at) =>
      part.startsWith(":") ? ofRoute[at]?.startsWith(":") === true : part === ofRoute[at] || part === ofPath[at]
    )
  )
}
