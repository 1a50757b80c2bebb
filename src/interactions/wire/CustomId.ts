/**
 * The one codec for custom ids, the strings by which Discord tells us which component was used.
 *
 * - bound: `fc1b:<runtime>:<handler>`, a handler that one Runtime holds;
 * - independent: `fc1i:<name>:<payload>`, a definition that every process has.
 *
 * The digit is the version. The same component may stand several times in a message, where Discord wants each id to be
 * another: further ones are `fc1b~1:`, `fc1b~2:` and so on, and mean the same.
 *
 * Everything else is foreign: components of another library or of hand-written code. Ids come back from users, so
 * `decode` takes any string.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The most characters that Discord accepts. Source: Discord, "Component Reference", Custom ID. */
export const maxLength = 100

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

/** A custom id that would be longer than Discord accepts. */
export class CustomIdTooLong extends Schema.TaggedError<CustomIdTooLong>("fibercord/CustomIdTooLong")(
  "CustomIdTooLong",
  {
    /** Name of the definition. */
    name: Schema.String,
    /** Length of the id with its payload, in characters. */
    length: Schema.Finite
  }
) {
  override get message() {
    const { length, name } = this
    return `The custom id of "${name}" would have ${length} characters with its payload, ${maxLength - copyLength} are allowed. Put less into the payload, for example an id instead of what it names.`
  }
}

/** The payload in a custom id is not of its definition's schema: the message is from another version of the bot. */
export class InvalidPayload extends Schema.TaggedError<InvalidPayload>("fibercord/InvalidPayload")("InvalidPayload", {
  name: Schema.String,
  /** What is wrong, and where. */
  issue: Schema.String
}) {
  override get message() {
    return `The custom id of "${this.name}" carries a payload that its schema refuses: ${this.issue}`
  }
}

const kinds = { Bound: "b", Independent: "i" } as const
const ours = /^fc1([bi])(?:~\d{1,2})?:([^:]+):/

// What a copy's number may need, kept free in every id.
const copyLength = 3

/** Writes a custom id. Bound ids always fit; an independent one may exceed {@link maxLength} by its payload. */
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
  return {
    encode: (payload: P): string => {
      const customId = encode({ _tag: "Independent", name, payload: encodeJson(payload) })
      if (customId.length > maxLength - copyLength) throw new CustomIdTooLong({ name, length: customId.length })
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
