/**
 * OAuth2 with Discord: a user lets the application act for them, and it gets a token for that. Only the authorization
 * code grant, as linked roles need it: the URL to which a user is sent, what comes back from it, and the tokens.
 *
 * ```ts
 * import { Effect, Redacted } from "effect"
 * import { OAuth2 } from "fibercord"
 *
 * const oauth2 = OAuth2.make({
 *   clientId: "1000000000000000001",
 *   clientSecret: Redacted.make(process.env["CLIENT_SECRET"] ?? ""),
 *   redirectUri: "https://example.org/linked",
 *   scopes: ["identify"]
 * })
 *
 * // GET /link: keep the state in a cookie of that user, and send them to Discord
 * const begin = Effect.sync(() => {
 *   const state = OAuth2.makeState()
 *   return { cookie: state, redirect: oauth2.authorizeUrl(state) }
 * })
 *
 * // GET /linked: the user comes back
 * const end = (url: string, cookie: string | undefined) =>
 *   OAuth2.readCallback(url, cookie).pipe(Effect.flatMap(oauth2.exchange))
 * ```
 *
 * Source: Discord, "OAuth2".
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { DiscordRest } from "../rest/DiscordRest.ts"
import type { DiscordRestError } from "../rest/DiscordRestError.ts"
import { unreadable } from "../rest/shaped.ts"

/**
 * Why there is no token, or none that works.
 *
 * - `Denied`: the user said no, or Discord did not ask, for example because it does not know a scope
 * - `StateMismatch`: the callback does not belong to the request of this user; refuse it
 * - `NoCode`: the URL is not that of a callback
 * - `InvalidGrant`: the code or the refresh token was used before, has expired, or belongs to another redirect URI
 * - `InvalidToken`: the access token has expired, or the user has withdrawn it
 *
 * Apart from the second and the third, the user has to be sent to Discord again.
 */
export class OAuth2Error extends Schema.TaggedError<OAuth2Error>("fibercord/OAuth2Error")("OAuth2Error", {
  /** What went wrong, for code. */
  reason: Schema.Literals(["Denied", "StateMismatch", "NoCode", "InvalidGrant", "InvalidToken"]),
  /** What went wrong, for people. */
  detail: Schema.String
}) {
  override get message() {
    return `OAuth2 (${this.reason}): ${this.detail}`
  }
}

/**
 * The tokens of a user. A Schema, so that `Schema.encodeEffect(OAuth2.Token)` makes JSON for a store, which contains
 * credentials: keep it private.
 */
export const Token = Schema.Struct({
  accessToken: Schema.RedactedFromValue(Schema.String),
  refreshToken: Schema.RedactedFromValue(Schema.String),
  /** When the access token expires, in milliseconds since 1970. Discord's are valid for a week. */
  expiresAt: Schema.Finite,
  /** What the user has allowed. */
  scopes: Schema.Array(Schema.String)
})

/** The tokens of a user. */
export interface Token extends Schema.Schema.Type<typeof Token> {}

/** The application, as the developer portal shows it under "OAuth2". */
export interface Options {
  /** The id of the application. */
  readonly clientId: string
  /** The client secret of the application, from the developer portal. */
  readonly clientSecret: Redacted.Redacted
  /** The URL to which users come back; one of those that are registered in the developer portal. */
  readonly redirectUri: string
  /** What the user is asked for, for example `role_connections.write` and `identify`. */
  readonly scopes: ReadonlyArray<string>
}

/** Options of `authorizeUrl`. */
export interface AuthorizeOptions {
  /** `"none"` skips the question for users who have agreed before. Default: `"consent"`, Discord's own. */
  readonly prompt?: "consent" | "none" | undefined
}

/** OAuth2 of one application. */
export interface OAuth2 {
  /** The URL of Discord's that asks the user. `state` is one of {@link makeState}. */
  readonly authorizeUrl: (state: string, options?: AuthorizeOptions) => string
  /**
   * Exchanges the code of a callback for tokens. A code works once. Fails with `InvalidGrant`, or with
   * `DiscordRestError`, which it also does when the client secret is wrong.
   */
  readonly exchange: (code: string) => Effect.Effect<Token, OAuth2Error | DiscordRestError, DiscordRest>
  /**
   * Exchanges the refresh token for new tokens; the old ones may end with it. Who asks for the same while that is under
   * way, in this process, gets the same tokens. Fails like `exchange`.
   */
  readonly refresh: (
    token: Pick<Token, "refreshToken">
  ) => Effect.Effect<Token, OAuth2Error | DiscordRestError, DiscordRest>
  /**
   * The tokens themselves if the access token is valid for at least a minute, and refreshed ones otherwise. Store what
   * it returns. Fails like `exchange`.
   */
  readonly renew: (token: Token) => Effect.Effect<Token, OAuth2Error | DiscordRestError, DiscordRest>
}

const authorizeUrl = "https://discord.com/oauth2/authorize"

const margin = Duration.toMillis("1 minute")

const fail = (reason: OAuth2Error["reason"], detail: string) => new OAuth2Error({ reason, detail })

const Answer = Schema.Struct({
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.NonEmptyString,
  // In seconds. The largest is far beyond what Discord gives, and within what dates can be.
  expires_in: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e9 })),
  scope: Schema.String
})

const decode = Schema.decodeUnknownOption(Answer)

const toToken = (raw: unknown): Effect.Effect<Token, DiscordRestError> => {
  const answer = Option.getOrUndefined(decode(raw))
  if (answer === undefined) return Effect.fail(unreadable("one with tokens"))
  return Effect.map(Clock.currentTimeMillis, (now) => ({
    accessToken: Redacted.make(answer.access_token),
    refreshToken: Redacted.make(answer.refresh_token),
    expiresAt: now + answer.expires_in * 1000,
    scopes: answer.scope.split(" ").filter((scope) => scope !== "")
  }))
}

type Refreshed = Effect.Effect<Token, OAuth2Error | DiscordRestError>

/**
 * Lets those who refresh the same token at the same time share one request: a refresh token works once, and the others
 * would be told that the user has withdrawn it. It goes on when who began it is gone.
 */
const sharing = () => {
  const underWay = new Map<string, Deferred.Deferred<Token, OAuth2Error | DiscordRestError>>()
  return <R>(token: string, refresh: Effect.Effect<Token, OAuth2Error | DiscordRestError, R>) =>
    Effect.suspend((): Effect.Effect<Token, OAuth2Error | DiscordRestError, R> => {
      const known = underWay.get(token)
      if (known !== undefined) return Deferred.await(known)
      const done = Deferred.makeUnsafe<Token, OAuth2Error | DiscordRestError>()
      underWay.set(token, done)
      const settle = Effect.onExit(refresh, (exit) =>
        Effect.sync(() => {
          underWay.delete(token)
          Deferred.doneUnsafe(done, exit as Refreshed)
        })
      )
      return Effect.andThen(Effect.forkDetach(settle, { startImmediately: true }), Deferred.await(done))
    })
}

/** Makes OAuth2 of an application. It stores nothing: tokens are the caller's to store. */
export const make = (options: Options): OAuth2 => {
  const client = () => ({ client_id: options.clientId, client_secret: Redacted.value(options.clientSecret) })
  const shared = sharing()
  const ask = (
    call: Effect.Effect<unknown, DiscordRestError, DiscordRest>,
    detail: string
  ): Effect.Effect<Token, OAuth2Error | DiscordRestError, DiscordRest> =>
    call.pipe(
      Effect.mapError((error) => (error.code === "invalid_grant" ? fail("InvalidGrant", detail) : error)),
      Effect.flatMap(toToken)
    )
  const self: OAuth2 = {
    authorizeUrl: (state, { prompt = "consent" } = {}) => {
      const { clientId, redirectUri, scopes } = options
      const query = { response_type: "code", client_id: clientId, scope: scopes.join(" "), state, prompt }
      return `${authorizeUrl}?${new URLSearchParams({ ...query, redirect_uri: redirectUri })}`
    },
    exchange: (code) =>
      ask(
        DiscordRest.use((rest) =>
          rest.use((api) =>
            api.oauth2.tokenExchange({
              ...client(),
              grant_type: "authorization_code",
              code,
              redirect_uri: options.redirectUri
            })
          )
        ),
        "the code was used before, has expired, or belongs to another redirect URI"
      ),
    refresh: (token) => {
      const refreshToken = Redacted.value(token.refreshToken)
      const call = DiscordRest.use((rest) =>
        rest.use((api) =>
          api.oauth2.refreshToken({ ...client(), grant_type: "refresh_token", refresh_token: refreshToken })
        )
      )
      return shared(refreshToken, ask(call, "the refresh token was used before, or the user has withdrawn it"))
    },
    renew: (token) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        token.expiresAt - now >= margin ? Effect.succeed(token) : self.refresh(token)
      )
  }
  return self
}

/**
 * A new state: 256 bits from the platform's cryptographic generator. It binds a callback to the user who began, so keep
 * it where only they have it, such as in a cookie. Source: Discord, "State and Security".
 */
export const makeState = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("")

// Takes the same time wherever they differ.
const isSame = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text))
  if (left === undefined || right === undefined || left.length !== right.length) return false
  return left.reduce((found, byte, at) => found | (byte ^ (right[at] ?? 0)), 0) === 0
}

/**
 * The code in the URL to which a user came back, after its state was checked. `url` may be a path. Fails with
 * `StateMismatch`, also if there is no state to expect, with `Denied` if the user said no, and with `NoCode`.
 */
export const readCallback = (url: string, state: string | undefined): Effect.Effect<string, OAuth2Error> =>
  Effect.suspend(() => {
    const [address = ""] = url.split("#")
    const query = new URLSearchParams(address.slice(address.indexOf("?") + 1))
    const given = query.get("state")
    if (given === null || state === undefined || state === "" || !isSame(given, state)) {
      return Effect.fail(fail("StateMismatch", "the state of the callback is not that of the request"))
    }
    const error = query.get("error")
    if (error !== null) return Effect.fail(fail("Denied", query.get("error_description") ?? error))
    const code = query.get("code")
    return code === null || code === "" ? Effect.fail(fail("NoCode", "the callback has no code")) : Effect.succeed(code)
  })
