/** The options of a fake Discord with their defaults. */
import * as Duration from "effect/Duration"
import type { Options } from "../Options.ts"
import type { RateLimit } from "../RateLimit.ts"
import type { Route } from "../Route.ts"

/** Options with their defaults; durations in milliseconds. */
export interface Settings {
  readonly shards: number
  readonly minShards: number
  readonly maxConcurrency: number
  readonly startLimit: { readonly total: number; readonly remaining: number; readonly resetAfter: number }
  readonly heartbeatInterval: number
  readonly identifyInterval: number
  readonly sessionLifetime: number
  readonly replayLimit: number
  readonly sendLimit: number
  readonly sendWindow: number
  readonly interactionDeadline: number
  readonly tokenLifetime: number
  readonly token: string
  readonly applicationId: string
  readonly clientSecret: string
  readonly voiceEndpoint: string
  readonly botPermissions: string
  readonly botRole: string | true | undefined
  readonly disallowedIntents: number
  readonly patience: number
  readonly logLimit: number
  readonly fileLimit: number
  readonly rateLimits: ReadonlyArray<RateLimit>
  readonly globalRateLimit: number
  readonly invalidRequestLimit: number
  readonly routes: ReadonlyArray<Route>
}

const millis = (input: Duration.Input | undefined, or: Duration.Input): number => Duration.toMillis(input ?? or)

// Everything in channels but voice, and nothing that is about members, roles or the guild itself.
const ordinary = "9003891697385297"

const natural = (name: string, given: number): number => {
  if (Number.isSafeInteger(given) && given > 0) return given
  throw new Error(`The option ${name} of the fake Discord is ${given}, expected a whole number from 1`)
}

/** Fills in the defaults. Throws what is wrong with an option. */
export const fromOptions = (options: Options): Settings => {
  const total = options.sessionStartLimit?.total ?? 1000
  return {
    shards: natural("shards", options.shards ?? 1),
    minShards: natural("minShards", options.minShards ?? 1),
    maxConcurrency: natural("maxConcurrency", options.maxConcurrency ?? 1),
    startLimit: {
      total,
      remaining: options.sessionStartLimit?.remaining ?? total,
      resetAfter: millis(options.sessionStartLimit?.resetAfter, "24 hours")
    },
    heartbeatInterval: millis(options.heartbeatInterval, "41250 millis"),
    identifyInterval: millis(options.identifyInterval, "5 seconds"),
    sessionLifetime: millis(options.sessionLifetime, "5 minutes"),
    replayLimit: options.replayLimit ?? 1000,
    sendLimit: options.sendLimit ?? 120,
    sendWindow: millis(options.sendWindow, "60 seconds"),
    interactionDeadline: millis(options.interactionDeadline, "3 seconds"),
    tokenLifetime: millis(options.tokenLifetime, "15 minutes"),
    token: options.token ?? "fake-token",
    applicationId: options.applicationId ?? "1000000000000000001",
    clientSecret: options.clientSecret ?? "fake-client-secret",
    voiceEndpoint: options.voiceEndpoint ?? "127.0.0.1:9",
    botPermissions: options.botPermissions ?? ordinary,
    botRole: options.botRole,
    disallowedIntents: options.disallowedIntents ?? 0,
    patience: millis(options.patience, "1 minute"),
    logLimit: options.logLimit ?? 10_000,
    fileLimit: options.fileLimit ?? 64 * 1024 * 1024,
    rateLimits: options.rateLimits ?? [],
    globalRateLimit: options.globalRateLimit ?? 50,
    invalidRequestLimit: options.invalidRequestLimit ?? 10_000,
    routes: options.routes ?? []
  }
}
