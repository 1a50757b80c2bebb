/** `fibercord/proxy`: Discord's REST API for other programs, within one set of rate limits. It needs `effect/http`. */
export * as Proxy from "./Proxy.ts"
