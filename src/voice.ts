/** `fibercord/voice`: voice channels. It needs the package `@discordjs/voice`. */
export * as Voice from "./voice/Voice.ts"
export * as VoiceError from "./voice/VoiceError.ts"
