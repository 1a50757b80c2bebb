/** Messages that are a recording. Source: Discord, "Voice Messages", and JSON Error Codes 50159 to 50162. */
import { ApiError } from "./apiError.ts"
import { array, type Json, objects, string } from "./json.ts"
import type { Upload } from "./uploads.ts"

/** The flag IS_VOICE_MESSAGE. */
export const voiceMessage = 1 << 13

const others = ["embeds", "components", "sticker_ids"]

/** Throws Discord's error for a recording with anything else, or without what a player needs. */
export const checkVoiceMessage = (body: Json, flags: number, files: ReadonlyArray<Upload>): void => {
  if ((flags & voiceMessage) === 0) return
  const isMore = others.some((field) => array(body[field]).length > 0) || (body["poll"] ?? undefined) !== undefined
  if (isMore || (string(body["content"]) ?? "") !== "") {
    throw new ApiError(400, 50159, "Voice messages do not support additional content.")
  }
  if (files.length !== 1 || files[0]?.contentType?.startsWith("audio/") !== true) {
    throw new ApiError(400, 50160, "Voice messages must have a single audio attachment.")
  }
  const [details] = objects(body["attachments"])
  if (typeof details?.["duration_secs"] !== "number" || typeof details["waveform"] !== "string") {
    throw new ApiError(400, 50161, "Voice messages must have supporting metadata.")
  }
}

/** Throws Discord's error for the change of a recording. */
export const refuseVoiceEdit = (before: number): void => {
  if ((before & voiceMessage) !== 0) throw new ApiError(400, 50162, "Voice messages cannot be edited.")
}
