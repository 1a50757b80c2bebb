/** Files of messages: images, videos, sounds and others. */
import { css, html, nothing } from "lit"
import type { APIAttachment } from "../../../discord/DiscordApi.ts"
import { css as set } from "../base/css.ts"
import { icon } from "../base/icons.ts"
import type { Directory } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { link } from "./markdownView.ts"
import { formatBytes } from "./time.ts"

/** What is drawn of a picture or another file. */
export interface Media {
  readonly url: string
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly contentType?: string | null | undefined
  readonly width?: number | null | undefined
  readonly height?: number | null | undefined
  readonly size?: number | undefined
  readonly spoiler?: boolean | undefined
}

const extensionTypes: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  wav: "audio/wav"
}

/** The name at the end of an address. */
const fileNameOf = (url: string): string => {
  const name = url.split(/[?#]/)[0]?.split("/").at(-1) ?? ""
  try {
    return decodeURIComponent(name) || url
  } catch {
    return name || url
  }
}

const typeOf = ({ contentType, name, url }: Media): string =>
  contentType ?? extensionTypes[(name ?? fileNameOf(url)).split(".").at(-1)?.toLowerCase() ?? ""] ?? ""

const spoiler = (media: Media, content: unknown) =>
  media.spoiler === true ? html`<fc-spoiler block>${content}</fc-spoiler>` : content

/** Stands for a picture that would have to be loaded from the internet. */
const placeholder = (media: Media) => {
  const name = media.description ?? media.name ?? fileNameOf(media.url)
  const shape = media.width != null && media.height != null ? `${media.width} / ${media.height}` : "16 / 9"
  return html`<span class="absent" ${set({ "aspect-ratio": shape })}>
    <span role="img" aria-label=${name}>${name}</span>${link(media.url, "open the address")}
  </span>`
}

const mostWidth = 550
const mostHeight = 350

/** The room of a picture before it is loaded, so that nothing moves when it is. */
export const reserved = ({ height, width }: Media): Readonly<Record<string, string | undefined>> => {
  if (width == null || height == null || width <= 0 || height <= 0) return {}
  const shown = Math.min(width, mostWidth, (mostHeight * width) / height)
  return { "--width": `${Math.round(shown)}px`, "--shape": `${width} / ${height}` }
}

/** A picture or a video, or what stands for it. */
export const picture = (media: Media, directory: Directory) => {
  const source = directory.media(media.url)
  const type = typeOf(media)
  const alt = media.description ?? media.name ?? fileNameOf(media.url)
  if (source === undefined) return spoiler(media, placeholder(media))
  if (type.startsWith("video/")) {
    return spoiler(media, html`<video controls preload="metadata" src=${source} aria-label=${alt}></video>`)
  }
  return spoiler(
    media,
    html`<img
      loading="lazy"
      src=${source}
      alt=${alt}
      title=${media.description ?? nothing}
      width=${media.width ?? nothing}
      height=${media.height ?? nothing}
      ${set(reserved(media))}
    />`
  )
}

/** A file with its size, which can be downloaded if it is here. */
export const fileCard = (media: Media, directory: Directory) => {
  const source = directory.media(media.url)
  const name = media.name ?? fileNameOf(media.url)
  return spoiler(
    media,
    html`<div class="file">
      <span class="glyph">${icon("file")}</span>
      <span class="about">
        ${source === undefined ? html`<span class="name">${name}</span>` : html`<a class="name" href=${source} download=${name}>${name}</a>`}
        <span class="soft">${media.size === undefined ? nothing : formatBytes(media.size)}</span>
        ${media.description == null ? nothing : html`<span class="soft">${media.description}</span>`}
      </span>
    </div>`
  )
}

const isSpoilerFlag = 1 << 3

/** What is known of an attachment. */
const mediaOf = (file: APIAttachment): Media => ({
  url: file.url,
  name: file.filename,
  description: file.description,
  contentType: file.content_type,
  width: file.width,
  height: file.height,
  size: file.size,
  spoiler: file.filename.startsWith("SPOILER_") || ((file.flags ?? 0) & isSpoilerFlag) !== 0
})

const attachment = (file: APIAttachment, directory: Directory) => {
  const media = mediaOf(file)
  const type = typeOf(media)
  if (type.startsWith("image/") || type.startsWith("video/")) return picture(media, directory)
  const source = directory.media(file.url)
  if (type.startsWith("audio/") && source !== undefined) {
    return html`${fileCard(media, directory)}<audio
        controls
        preload="none"
        src=${source}
        aria-label=${file.filename}
      ></audio>`
  }
  return fileCard(media, directory)
}

/** The attachments of a message that no component shows. */
export const attachments = ({ directory, message }: Drawing) => {
  if (message.attachments.length === 0) return nothing
  return html`<div class="attachments">
    ${message.attachments.map((file) => html`<div class="attachment">${attachment(file, directory)}</div>`)}
  </div>`
}

export const mediaStyles = css`
  .attachments {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 4px;
  }
  .attachment {
    max-width: min(100%, 550px);
  }
  img,
  video {
    display: block;
    max-width: 100%;
    max-height: 350px;
    width: var(--width, auto);
    aspect-ratio: var(--shape, auto);
    height: auto;
    border-radius: 8px;
    object-fit: contain;
  }
  audio {
    display: block;
    margin-top: 4px;
    max-width: 100%;
  }
  .absent {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 4px;
    width: min(100%, 300px);
    max-height: 200px;
    padding: 10px;
    text-align: center;
    overflow: hidden;
    overflow-wrap: anywhere;
    font-size: 13px;
    background: var(--bg-code);
    border: 1px dashed var(--line-strong);
    border-radius: 8px;
  }
  .absent a {
    text-decoration: underline;
  }
  .file {
    display: flex;
    gap: 10px;
    align-items: center;
    border: 1px solid var(--line);
    background: var(--bg-raise);
    border-radius: 8px;
    padding: 10px 12px;
    width: min(100%, 430px);
  }
  .file .glyph {
    font-size: 26px;
  }
  .file .about {
    display: grid;
    font-size: 14px;
    overflow-wrap: anywhere;
  }
`
