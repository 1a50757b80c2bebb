/**
 * The one codec for custom ids.
 *
 * - bound: `fc1b:<runtime>:<handler>`, a handler that one Runtime holds;
 * - independent: `fc1i:<name>:<payload>`, a definition that every process has.
 *
 * The digit is the version. Discord wants every custom id of a message to be different, so further copies of a
 * component are written `fc1b~1:`, `fc1b~2:` and so on, with the same meaning.
 *
 * Everything else is foreign: components of another library or of hand-written code. Ids come back from users, so
 * `decode` takes any string.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CustomIdTooLong, InvalidPayload, maxLength } from "./CustomId.ts"

/** A component whose handler lives in a Runtime. */
export interface Bound {
  readonly _tag: "Bound"
  readonly runtime: string
  readonly handler: string
}

/** A component whose handler is a definition of the bot. `payload` is still encoded. */
export interface Independent {
  readonly _tag: "Independent"
  readonly name: string
  readonly payload: string
}

/** What a custom id says. */
export type CustomId = Bound | Independent

const kinds = { Bound: "b", Independent: "i" } as const
const ours = /^fc1([bi])(?:~\d{1,2})?:([^:]+):/

/** Characters kept free in every id for the number of a copy. */
const copyLength = 3

/** Writes a custom id. Bound ids always fit; an independent one may exceed Discord's limit by its payload. */
export const encode = (id: CustomId): string =>
  id._tag === "Bound"
    ? `fc1${kinds.Bound}:${id.runtime}:${id.handler}`
    : `fc1${kinds.Independent}:${id.name}:${id.payload}`

/** Reads a custom id; `undefined` if it is foreign. */
export const decode = (customId: string): CustomId | undefined => {
  const match = ours.exec(customId)
  if (match === null) return undefined
  const [head, kind, name = ""] = match
  const tail = customId.slice(head.length)
  return kind === kinds.Bound
    ? { _tag: "Bound", runtime: name, handler: tail }
    : { _tag: "Independent", name, payload: tail }
}

/** Whether a custom id belongs to a component of this Runtime. */
export const isBoundTo =
  (runtime: string) =>
  (customId: string): boolean => {
    const id = decode(customId)
    return id?._tag === "Bound" && id.runtime === runtime
  }

/** The id of the `n`-th further copy of a component in one message, 1 to 99. Foreign ids stay as they are. */
export const copy = (customId: string, n: number): string =>
  ours.test(customId) ? customId.replace(/^(fc1[bi])(?:~\d{1,2})?:/, `$1~${n}:`) : customId

/**
 * Writes and reads custom ids of one definition with its payload as JSON. `encode` throws `CustomIdTooLong` or
 * `SchemaError`, `decode` throws `InvalidPayload`.
 */
export const payloadCodec = <P>(name: string, schema: Schema.Codec<P, unknown>) => {
  const json = Schema.fromJsonString(Schema.toCodecJson(schema))
  const encodeJson = Schema.encodeSync(json)
  const decodeJson = Schema.decodeUnknownResult(json)
  const limit = maxLength - copyLength
  return {
    encode: (payload: P): string => {
      const customId = encode({ _tag: "Independent", name, payload: encodeJson(payload) })
      if (customId.length > limit) throw new CustomIdTooLong({ name, length: customId.length, limit })
      return customId
    },
    decode: (customId: string): P => {
      const id = decode(customId)
      const result = decodeJson(id?._tag === "Independent" ? id.payload : "")
      if (Result.isFailure(result)) throw new InvalidPayload({ name, issue: result.failure.message })
      return result.success
    }
  }
}
