/** Bodies of requests as the bytes that are sent. */
import type { Request } from "./dispatch.ts"

/** The bytes of a body. A form names its content type itself, which is added to the headers. */
export const bodyBytes = async (body: unknown, headers: Record<string, string>): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body
  if (typeof body === "string") return new TextEncoder().encode(body)
  const response = new Response(body as BodyInit)
  const type = response.headers.get("content-type")
  if (type !== null) headers["content-type"] ??= type
  return new Uint8Array(await response.arrayBuffer())
}

/** The same request with its body in bytes. */
export const inBytes = async (request: Request<unknown>): Promise<Request<Uint8Array>> => {
  const headers = { ...request.headers }
  return { ...request, headers, body: await bodyBytes(request.body, headers) }
}
