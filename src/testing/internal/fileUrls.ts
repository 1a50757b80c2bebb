/**
 * What refers to an upload by its name is read with the URL of the file. Source: Discord, "Using Attachments within
 * Embeds", "Uploading Files" and "Unfurled Media Item Structure".
 */
import { isObject, type Json, string } from "./json.ts"

const named = (files: ReadonlyArray<Json>, url: unknown): Json | undefined => {
  const name = /^attachment:\/\/(.*)$/s.exec(string(url) ?? "")?.[1]
  return name === undefined ? undefined : files.find((file) => file["filename"] === name)
}

/** Replaces references in a value and everything inside of it. `details` are added to the object with the reference. */
const resolved = (value: unknown, files: ReadonlyArray<Json>, details: (file: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map((each) => resolved(each, files, details))
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, each]) => [key, resolved(each, files, details)] as const)
  const plain: Json = Object.fromEntries(entries)
  const icon = named(files, plain["icon_url"])
  const file = named(files, plain["url"])
  return {
    ...plain,
    ...(icon === undefined ? {} : { icon_url: icon["url"], proxy_icon_url: icon["url"] }),
    ...(file === undefined ? {} : { url: file["url"], ...details(file) })
  }
}

const ofMedia = (file: Json): Json => ({
  proxy_url: file["url"],
  content_type: file["content_type"],
  attachment_id: file["id"]
})

const fileComponent = 13

// A file component has the name and the size of its file beside it.
const withNames = (components: ReadonlyArray<Json>, files: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  components.map((component) => {
    const inside = component["components"]
    const held = isObject(component["file"]) ? component["file"] : undefined
    const file = component["type"] === fileComponent ? named(files, held?.["url"]) : undefined
    return {
      ...component,
      ...(Array.isArray(inside) ? { components: withNames(inside.filter(isObject), files) } : {}),
      ...(file === undefined ? {} : { name: file["filename"], size: file["size"] })
    }
  })

/** Components with the URLs of their files. */
export const componentsWith = (components: ReadonlyArray<Json>, files: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  resolved(withNames(components, files), files, ofMedia) as ReadonlyArray<Json>

/** Embeds with the URLs of their images. */
export const embedsWith = (embeds: ReadonlyArray<Json>, files: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  embeds.map((embed) => ({
    type: "rich",
    ...(resolved(embed, files, (file) => ({ proxy_url: file["url"] })) as Json)
  }))
