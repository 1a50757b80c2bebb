export * as DiscordConfig from "./DiscordConfig.ts"
