/**
 * Linked roles: a guild gives a role to members who fulfil conditions on what the application knows of them. The
 * application says what it knows (at most 5 fields), and each user lets it write their values.
 *
 * ```ts
 * import { LinkedRoles, type OAuth2 } from "fibercord"
 *
 * const linked = LinkedRoles.define({
 *   wins: LinkedRoles.integer({ name: "Wins", description: "Games won", compare: "atLeast" }),
 *   joined: LinkedRoles.datetime({ name: "Member", description: "Days since joining", compare: "atLeast" }),
 *   premium: LinkedRoles.boolean({ name: "Premium", description: "Has a subscription" })
 * })
 *
 * const update = (token: OAuth2.Token) =>
 *   linked.update(token, { platformName: "Chess", values: { wins: 12, joined: new Date(0), premium: true } })
 * ```
 *
 * The token comes from `OAuth2`, with the scope `role_connections.write`.
 *
 * Source: Discord, "Application Role Connection Metadata".
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { APIApplicationRoleConnection, APIApplicationRoleConnectionMetadata } from "../discord/DiscordApi.ts"
import type { Localizations } from "../discord/Discord.ts"
import * as limits from "../discord/limits.ts"
import * as Backoff from "../internal/backoff.ts"
import { given } from "../internal/given.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import type { DiscordRestError } from "../rest/DiscordRestError.ts"
import { fitting, listOf, withId } from "../rest/shaped.ts"
import { OAuth2Error, type Token } from "./OAuth2.ts"

/** Fields or values that Discord would refuse: all problems at once, found before Discord is asked. */
export class InvalidLinkedRoles extends Schema.TaggedError<InvalidLinkedRoles>("fibercord/InvalidLinkedRoles")(
  "InvalidLinkedRoles",
  {
    /** Each field that cannot be used, and why; the field is empty where it is about all of them. */
    problems: Schema.Array(
      Schema.Struct({
        /** The field, `platformName` or `platformUsername`; empty for all fields. */
        field: Schema.String,
        /** What Discord accepts, and what there is. */
        detail: Schema.String
      })
    )
  }
) {
  override get message() {
    const lines = this.problems.map(({ detail, field }) => `- ${field === "" ? "all fields" : `"${field}"`}: ${detail}`)
    return ["The linked roles cannot be used as they are. Correct them:", ...lines].join("\n")
  }
}

/** What users see of a field. */
export interface Texts {
  /** At most 100 characters. */
  readonly name: string
  /** At most 200 characters. */
  readonly description: string
  /** The name in other languages. Default: none. */
  readonly nameLocalizations?: Localizations | undefined
  /** The description in other languages. Default: none. */
  readonly descriptionLocalizations?: Localizations | undefined
}

/** How a value is compared with what a guild demands. */
export type Compare = "atMost" | "atLeast" | "equal" | "notEqual"

/** A field whose values are of the type `A`. */
export interface Field<in out A> {
  readonly record: Omit<APIApplicationRoleConnectionMetadata, "key">
  /** The value as Discord takes it, or what is wrong with it. */
  readonly encode: (value: A) => { readonly text: string } | { readonly problem: string }
}

/** Any field. `Field` is invariant, so this is the only one that all of them fit. */
export interface AnyField {
  readonly record: Omit<APIApplicationRoleConnectionMetadata, "key">
  readonly encode: (value: never) => { readonly text: string } | { readonly problem: string }
}

/** Fields by their keys: 1 to 50 lower case letters, digits and underscores. */
export type Fields = Readonly<Record<string, AnyField>>

/** The values of fields. Those that are left out are removed from the user's connection. */
export type Values<F> = { readonly [K in keyof F]?: (F[K] extends Field<infer A> ? A : never) | undefined }

const makeField = <A>(type: number, texts: Texts, encode: Field<A>["encode"]): Field<A> => ({
  record: {
    type,
    name: texts.name,
    description: texts.description,
    ...given({
      name_localizations: texts.nameLocalizations,
      description_localizations: texts.descriptionLocalizations
    })
  },
  encode
})

// Source: Discord, "Application Role Connection Metadata Type".
const integerTypes: Readonly<Record<Compare, number>> = { atMost: 1, atLeast: 2, equal: 3, notEqual: 4 }
const datetimeTypes = { atMost: 5, atLeast: 6 } as const
const booleanTypes = { equal: 7, notEqual: 8 } as const

/** A whole number, compared with one that the guild chooses. */
export const integer = (options: Texts & { readonly compare: Compare }): Field<number> =>
  makeField(integerTypes[options.compare], options, (value) =>
    Number.isSafeInteger(value) ? { text: `${value}` } : { problem: `expected a whole number, got ${value}` }
  )

/** A time, of which the guild chooses how many days ago it must have been at least, or at most. */
export const datetime = (options: Texts & { readonly compare: "atMost" | "atLeast" }): Field<Date> =>
  makeField(datetimeTypes[options.compare], options, (value) =>
    Number.isNaN(value.getTime()) ? { problem: "expected a valid Date" } : { text: value.toISOString() }
  )

/** Yes or no. `compare` says which of them the guild demands. Default: `"equal"`, which is yes. */
export const boolean = (options: Texts & { readonly compare?: "equal" | "notEqual" | undefined }): Field<boolean> =>
  makeField(booleanTypes[options.compare ?? "equal"], options, (value) => ({ text: value ? "1" : "0" }))

/** What is written for a user. */
export interface Connection<F> {
  /** The platform on which the user is known, at most 50 characters. */
  readonly platformName?: string | undefined
  /** The user's name there, at most 100 characters. */
  readonly platformUsername?: string | undefined
  /** What the application knows of the user, by the keys of the fields. */
  readonly values: Values<F>
}

/** Linked roles: fields that Discord knows, and the values of users. */
export interface Definition<F extends Fields> {
  /**
   * Writes the fields if Discord has others, once. Returns whether it wrote. Fails with {@link InvalidLinkedRoles}.
   */
  readonly sync: Effect.Effect<boolean, InvalidLinkedRoles | DiscordRestError, DiscordRest>
  /**
   * The same in the background of a Layer. Temporary failures are retried after 1 second, then after twice as long each
   * time, up to 5 minutes; a permanent one is logged. Fails with {@link InvalidLinkedRoles}.
   */
  readonly layer: Layer.Layer<never, InvalidLinkedRoles, DiscordRest>
  /**
   * Writes the values of the user to whom the token belongs, instead of those that there were. Fails with
   * {@link InvalidLinkedRoles}, with `InvalidToken` of `OAuth2Error` when the token has expired or was withdrawn, and
   * with `DiscordRestError`, for example if it lacks the scope `role_connections.write`.
   */
  readonly update: (
    token: Pick<Token, "accessToken">,
    connection: Connection<F>
  ) => Effect.Effect<void, InvalidLinkedRoles | OAuth2Error | DiscordRestError, DiscordRest>
  /** Removes everything that was written for that user, who loses the roles. Fails like `update`. */
  readonly remove: (
    token: Pick<Token, "accessToken">
  ) => Effect.Effect<void, OAuth2Error | DiscordRestError, DiscordRest>
  /** What Discord has of that user. Fails like `update`. */
  readonly read: (
    token: Pick<Token, "accessToken">
  ) => Effect.Effect<APIApplicationRoleConnection, OAuth2Error | DiscordRestError, DiscordRest>
}

type Problems = InvalidLinkedRoles["problems"]

const keyPattern = /^[a-z0-9_]*$/

const lengthProblem = (field: string, what: string, text: string, { max, min }: limits.Range): Problems => {
  const { length } = [...text]
  if (length >= min && length <= max) return []
  return [{ field, detail: `expected a ${what} of ${min} to ${max} characters, got ${length}` }]
}

const localized = (texts: object | null | undefined): ReadonlyArray<string> =>
  Object.values(texts ?? {}).filter(Predicate.isString)

const fieldProblems = ([key, { record }]: readonly [string, AnyField]): Problems => [
  ...lengthProblem(key, "key", key, limits.linkedRole.key),
  ...(keyPattern.test(key) ? [] : [{ field: key, detail: "expected a key of lower case letters, digits and _" }]),
  ...[record.name, ...localized(record.name_localizations)].flatMap((name) =>
    lengthProblem(key, "name", name, limits.linkedRole.name)
  ),
  ...[record.description, ...localized(record.description_localizations)].flatMap((description) =>
    lengthProblem(key, "description", description, limits.linkedRole.description)
  )
]

const definitionProblems = (fields: Fields): Problems => {
  const entries = Object.entries(fields)
  const { max } = limits.linkedRole.fields
  return [
    ...(entries.length > max ? [{ field: "", detail: `expected at most ${max} fields, got ${entries.length}` }] : []),
    ...entries.flatMap(fieldProblems)
  ]
}

const orInvalid = (problems: Problems): Effect.Effect<void, InvalidLinkedRoles> =>
  problems.length === 0 ? Effect.void : Effect.fail(new InvalidLinkedRoles({ problems }))

const applicationIds = new WeakMap<DiscordRest["Service"], string>()

const applicationId = Effect.fnUntraced(function* (rest: DiscordRest["Service"]) {
  const known = applicationIds.get(rest)
  if (known !== undefined) return known
  const { id } = yield* rest.use((api) => api.applications.getCurrent().then(withId))
  applicationIds.set(rest, id)
  return id
})

// Discord leaves out translations that there are none of, or sends null.
const canonical = (record: APIApplicationRoleConnectionMetadata): string => {
  const texts = (all: object | null | undefined) =>
    Object.entries(all ?? {})
      .filter(([, text]) => text !== null && text !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const { description, description_localizations, key, name, name_localizations, type } = record
  return JSON.stringify([type, key, name, description, texts(name_localizations), texts(description_localizations)])
}

const isSame = (
  a: ReadonlyArray<APIApplicationRoleConnectionMetadata>,
  b: ReadonlyArray<APIApplicationRoleConnectionMetadata>
): boolean => {
  const [left, right] = [a, b].map((records) => records.map(canonical).toSorted().join("\n"))
  return left === right
}

const asRecord = fitting(Schema.Struct({ key: Schema.String }), "a field of linked roles")

const write = Effect.fnUntraced(function* (records: Array<APIApplicationRoleConnectionMetadata>) {
  const rest = yield* DiscordRest
  const id = yield* applicationId(rest)
  const existing = yield* rest.use((api) => api.roleConnections.getMetadataRecords(id).then(listOf(asRecord)))
  if (isSame(existing, records)) return false
  yield* rest.use((api) => api.roleConnections.updateMetadataRecords(id, records))
  yield* Effect.logInfo(`The fields of linked roles were written: ${records.map(({ key }) => key).join(", ")}`)
  return true
})

const persist = (sync: ReturnType<typeof write>) =>
  sync.pipe(
    Effect.tapError((error) => Effect.logWarning(`The fields of linked roles could not be written: ${error.message}`)),
    Effect.retry({ schedule: Backoff.exponential("1 second", "5 minutes"), while: (error) => error.isRetryable }),
    Effect.catchCause((cause) =>
      Effect.logError("The fields of linked roles are not written: the bot does not try again until it restarts", cause)
    )
  )

const unauthorized = 401

// The bot's own token has no part in these calls: a 401 is about the user's.
const asUser = Effect.fnUntraced(function* (
  { accessToken }: Pick<Token, "accessToken">,
  method: "get" | "put" | "delete",
  body?: unknown
) {
  const rest = yield* DiscordRest
  const id = yield* applicationId(rest)
  const headers = { Authorization: `Bearer ${Redacted.value(accessToken)}` }
  const path = `/users/@me/applications/${id}/role-connection` as const
  return yield* rest
    .use((api) => api.rest[method](path, { auth: false, headers, ...(body === undefined ? {} : { body }) }))
    .pipe(
      Effect.mapError((error) =>
        error.reason._tag === "Api" && error.reason.status === unauthorized
          ? new OAuth2Error({ reason: "InvalidToken", detail: "the token has expired, or the user has withdrawn it" })
          : error
      )
    )
})

/** Encodes what is written for a user, or says what is wrong with it. */
const encode = <F extends Fields>(fields: F, { platformName, platformUsername, values }: Connection<F>) => {
  const problems: Array<Problems[number]> = [
    ...lengthProblem("platformName", "name", platformName ?? "", limits.linkedRole.platformName),
    ...lengthProblem("platformUsername", "name", platformUsername ?? "", limits.linkedRole.platformUsername)
  ]
  const texts: Array<readonly [key: string, text: string]> = []
  for (const [key, { encode }] of Object.entries(fields)) {
    // A key may be the name of what every object has.
    const value = Object.hasOwn(values, key) ? values[key] : undefined
    if (value === undefined) continue
    const encoded = encode(value as never)
    if ("problem" in encoded) problems.push({ field: key, detail: encoded.problem })
    else texts.push([key, encoded.text])
  }
  const metadata = Object.fromEntries(texts)
  return { problems, body: given({ platform_name: platformName, platform_username: platformUsername, metadata }) }
}

/** Linked roles with these fields, at most 5. */
export const define = <const F extends Fields>(fields: F): Definition<F> => {
  const valid = Effect.suspend(() => orInvalid(definitionProblems(fields)))
  const records = Object.entries(fields).map(([key, { record }]) => ({ key, ...record }))
  return {
    sync: Effect.andThen(valid, write(records)),
    layer: Layer.effectDiscard(Effect.andThen(valid, Effect.forkScoped(persist(write(records))))),
    update: (token, connection) =>
      Effect.suspend(() => {
        const { body, problems } = encode(fields, connection)
        return Effect.andThen(orInvalid(problems), Effect.asVoid(asUser(token, "put", body)))
      }),
    remove: (token) => Effect.asVoid(asUser(token, "delete")),
    read: (token) =>
      asUser(token, "get") as Effect.Effect<APIApplicationRoleConnection, OAuth2Error | DiscordRestError, DiscordRest>
  }
}
