/** `fibercord/http`: interactions and events over HTTP, and routes for probes. It needs `effect/http`, which is unstable. */
export * as HealthRoutes from "./HealthRoutes.ts"
export * as HttpInteractions from "./HttpInteractions.ts"
export * as WebhookEvents from "./WebhookEvents.ts"
