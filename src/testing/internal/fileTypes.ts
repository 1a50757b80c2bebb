/** Which files users can pick. Source: Discord, "File Type Filtering". */
import { array, type Json, own } from "./json.ts"
import type { Path, Problems } from "./validate.ts"

const groups: Readonly<Record<string, ReadonlyArray<string>>> = {
  image: [".png", ".gif", ".jpg", ".jpeg", ".jfif", ".webp", ".avif"],
  video: [".mp4", ".mov", ".qt", ".webm"],
  audio: [".mp3", ".m4a", ".wav", ".ogg", ".opus", ".flac"]
}

/** Checks the types of files that an option or an upload names. */
export const checkFileTypes = (problems: Problems, json: Json, path: Path): void => {
  const types = array(json["file_types"])
  problems.size(path, types, 0, 10)
  for (const [index, type] of types.entries()) {
    if (typeof type === "string" && (own(groups, type) !== undefined || /^\.[^\s.]+$/.test(type))) continue
    const message = "Must be one of image, video, audio, or a file extension with its dot."
    problems.add([...path, index], "FILE_TYPE_INVALID", message)
  }
}

/** Whether users can pick a file of this name. Without types, every file will do. */
export const isPickable = (json: Json, filename: string): boolean => {
  const types = array(json["file_types"]).map((type) => String(type).toLowerCase())
  const extensions = types.flatMap((type) => own(groups, type) ?? [type])
  return types.length === 0 || extensions.some((extension) => filename.toLowerCase().endsWith(extension))
}
