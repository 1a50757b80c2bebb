/** Images in bodies. Source: Discord, "Image Data". */
import { string } from "./json.ts"
import type { Path, Problems } from "./validate.ts"

/** An image: its type, like `image/png`, and its size in bytes. */
export interface Image {
  readonly type: string
  readonly size: number
}

/** The image of a data URI; `undefined` if it is none. */
export const imageOf = (value: unknown): Image | undefined => {
  const pattern = /^data:(image\/(?:png|jpeg|gif|webp|avif));base64,([A-Za-z0-9+/]+={0,2})$/
  const [, type, data = ""] = pattern.exec(string(value) ?? "") ?? []
  return type === undefined ? undefined : { type, size: Buffer.from(data, "base64").length }
}

/** Adds a problem if there is a value that is no image. */
export const checkImage = (problems: Problems, path: Path, value: unknown): void => {
  if (value === undefined || value === null || imageOf(value) !== undefined) return
  problems.add(path, "IMAGE_INVALID", "Invalid image data")
}

/** A made-up hash of an image, as Discord refers to it. */
export const hashOf = (value: unknown): string | null => {
  const image = imageOf(value)
  return image === undefined ? null : `${image.type === "image/gif" ? "a_" : ""}${String(image.size).padStart(32, "0")}`
}
