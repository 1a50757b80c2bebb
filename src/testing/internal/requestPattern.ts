/** Which REST requests a test means. */
import type { RequestPattern } from "../Faults.ts"

/** Whether a request, as `METHOD /route` and `METHOD /path`, is one of them. */
export const fits = (requests: RequestPattern, request: { readonly route: string; readonly path: string }): boolean =>
  typeof requests === "string" ? requests === request.route : requests.test(request.path)
