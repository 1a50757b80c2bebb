/** Discord's OAuth2: what users have allowed, by codes and tokens. Source: Discord, "OAuth2". */
import { randomBytes } from "node:crypto"
import { ApiError } from "./apiError.ts"
import { object, string } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import type { World } from "./world.ts"

export interface Grant {
  readonly userId: string
  readonly scopes: ReadonlyArray<string>
}

const lifetime = 604_800

/** The codes and tokens of one application. */
export class Grants {
  readonly #codes = new Map<string, Grant & { readonly redirectUri: string }>()
  readonly #access = new Map<string, Grant & { readonly until: number }>()
  readonly #refresh = new Map<string, Grant>()

  /** A code that can be exchanged once. */
  addCode(grant: Grant & { readonly redirectUri: string }): string {
    const code = randomBytes(15).toString("base64url")
    this.#codes.set(code, grant)
    return code
  }

  /** What a code stands for. It is used up, wherever it goes. */
  takeCode(code: string): (Grant & { readonly redirectUri: string }) | undefined {
    const found = this.#codes.get(code)
    this.#codes.delete(code)
    return found
  }

  /** What a refresh token stands for. It is used up. */
  takeRefresh(token: string): Grant | undefined {
    const found = this.#refresh.get(token)
    this.#refresh.delete(token)
    return found
  }

  /** New tokens. */
  issue(grant: Grant, now: number) {
    const access = randomBytes(22).toString("base64url")
    const refresh = randomBytes(22).toString("base64url")
    this.#access.set(access, { ...grant, until: now + lifetime * 1000 })
    this.#refresh.set(refresh, grant)
    return {
      token_type: "Bearer",
      access_token: access,
      expires_in: lifetime,
      refresh_token: refresh,
      scope: grant.scopes.join(" ")
    }
  }

  /** What an access token stands for, while it is valid. */
  byAccess(token: string, now: number): (Grant & { readonly until: number }) | undefined {
    const found = this.#access.get(token)
    return found !== undefined && found.until > now ? found : undefined
  }

  /** Withdraws all that a user has allowed. */
  withdraw(userId: string): void {
    for (const tokens of [this.#access, this.#refresh, this.#codes]) {
      for (const [token, grant] of tokens) if (grant.userId === userId) tokens.delete(token)
    }
  }
}

/** An error in the form of OAuth2. */
class OAuthError extends ApiError {
  readonly #error: string

  constructor(status: number, error: string, description: string) {
    super(status, 0, description)
    this.#error = error
  }

  override get body() {
    return { error: this.#error, error_description: this.message }
  }
}

const refuse = (error: string, description: string, status = 400) => new OAuthError(status, error, description)

/** A page of Discord's at which a user is asked, and where it sends them. `undefined` if it cannot be shown. */
export const consent = (
  world: World,
  userId: string,
  address: string,
  isAllowed: boolean
): { readonly redirect: string } | { readonly problem: string } => {
  if (!URL.canParse(address)) return { problem: "no page of Discord" }
  const url = new URL(address)
  const query = url.searchParams
  const redirectUri = query.get("redirect_uri") ?? ""
  const scopes = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "")
  if (`${url.origin}${url.pathname}` !== "https://discord.com/oauth2/authorize")
    return { problem: "no page of Discord" }
  if (query.get("client_id") !== world.settings.applicationId) return { problem: "Unknown Application" }
  if (query.get("response_type") !== "code") return { problem: "the response type is not code" }
  if (!URL.canParse(redirectUri)) return { problem: "Invalid OAuth2 redirect_uri" }
  if (scopes.length === 0) return { problem: "Invalid OAuth2 scope" }
  const redirect = new URL(redirectUri)
  if (isAllowed) redirect.searchParams.set("code", world.grants.addCode({ userId, scopes, redirectUri }))
  else {
    redirect.searchParams.set("error", "access_denied")
    redirect.searchParams.set("error_description", "The resource owner or authorization server denied the request")
  }
  const state = query.get("state")
  if (state !== null) redirect.searchParams.set("state", state)
  return { redirect: redirect.toString() }
}

const credentials = ({ authorization, body }: Call) => {
  const basic = /^Basic (.+)$/.exec(authorization ?? "")?.[1]
  if (basic === undefined) return [string(object(body)["client_id"]), string(object(body)["client_secret"])] as const
  const [id, secret] = Buffer.from(basic, "base64").toString().split(":")
  return [id, secret] as const
}

const token = (call: Call): Answer => {
  const { isForm, world } = call
  // Discord documents that only forms are permitted.
  if (!isForm) throw refuse("invalid_request", "The request must be application/x-www-form-urlencoded")
  const form = object(call.body)
  const [id, secret] = credentials(call)
  if (id !== world.settings.applicationId || secret !== world.settings.clientSecret) {
    throw refuse("invalid_client", "Invalid client credentials", 401)
  }
  switch (form["grant_type"]) {
    case "authorization_code": {
      const grant = world.grants.takeCode(string(form["code"]) ?? "")
      if (grant === undefined) throw refuse("invalid_grant", 'Invalid "code" in request.')
      if (grant.redirectUri !== form["redirect_uri"]) {
        throw refuse("invalid_grant", 'Invalid "redirect_uri" in request.')
      }
      return { status: 200, body: world.grants.issue(grant, world.now()) }
    }
    case "refresh_token": {
      const grant = world.grants.takeRefresh(string(form["refresh_token"]) ?? "")
      if (grant === undefined) throw refuse("invalid_grant", 'Invalid "refresh_token" in request.')
      return { status: 200, body: world.grants.issue(grant, world.now()) }
    }
    default:
      throw refuse("unsupported_grant_type", "Unsupported grant type")
  }
}

/** The routes. */
export const oauth2Routes: ReadonlyArray<Route> = [
  { method: "POST", pattern: "/oauth2/token", bot: false, handle: token }
]
