/**
 * Components that arrange others, Discord's "Components V2". A message that has one of them at its top has no content and
 * no embeds; its text is in {@link text}. Bound components may stand in them anywhere.
 *
 * ```ts
 * yield* Reply.send({
 *   components: [
 *     Layout.container([
 *       Layout.text("# Hello"),
 *       Layout.separator(),
 *       Layout.section(["Press here"], more)
 *     ], { colour: 0x5865f2 })
 *   ]
 * })
 * ```
 *
 * Source: Discord, "Component Reference".
 */
import type {
  APIActionRowComponent,
  APIComponentInContainer,
  APIComponentInMessageActionRow,
  APIContainerComponent,
  APIFileComponent,
  APIMediaGalleryComponent,
  APISectionAccessoryComponent,
  APISectionComponent,
  APISeparatorComponent,
  APITextDisplayComponent,
  APIThumbnailComponent
} from "discord-api-types/v10"
import * as Input from "./internal/input.ts"

/** Types of components. Source: Discord, "Component Types". */
const type = {
  row: 1,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17
} as const

const make = <A>(fields: Readonly<Record<string, unknown>>): A => Input.given(fields) as A

/** A row of up to five buttons, or of one select menu. */
export const row = (
  components: ReadonlyArray<APIComponentInMessageActionRow>
): APIActionRowComponent<APIComponentInMessageActionRow> => make({ type: type.row, components })

/** Markdown. All texts of a message have at most 4000 characters together. */
export const text = (content: string): APITextDisplayComponent => make({ type: type.text, content })

/** One to three texts with a button or a thumbnail at their side. */
export const section = (
  texts: ReadonlyArray<string | APITextDisplayComponent>,
  accessory: APISectionAccessoryComponent
): APISectionComponent =>
  make({
    type: type.section,
    components: texts.map((each) => (typeof each === "string" ? text(each) : each)),
    accessory
  })

/** How a picture or file is shown. */
export interface MediaOptions {
  /** What it shows, for those who cannot see it; at most 1024 characters. */
  readonly description?: string | undefined
  /** Whether it is hidden until clicked. Default: `false`. */
  readonly spoiler?: boolean | undefined
}

/** A small picture beside a {@link section}: a URL, or `attachment://name` of a file of the message. */
export const thumbnail = (url: string, options?: MediaOptions): APIThumbnailComponent =>
  make({ type: type.thumbnail, media: { url }, description: options?.description, spoiler: options?.spoiler })

/** One to ten pictures and videos: URLs, or `attachment://name` of files of the message. */
export const gallery = (
  items: ReadonlyArray<string | (MediaOptions & { readonly url: string })>
): APIMediaGalleryComponent =>
  make({
    type: type.gallery,
    items: items.map((item) => {
      const { description, spoiler, url }: MediaOptions & { readonly url: string } =
        typeof item === "string" ? { url: item } : item
      return make({ media: { url }, description, spoiler })
    })
  })

/** A file of the message, by its name. */
export const file = (name: string, options?: { readonly spoiler?: boolean | undefined }): APIFileComponent =>
  make({ type: type.file, file: { url: `attachment://${name}` }, spoiler: options?.spoiler })

/** Space between two components, with a line (default) or without, small (default) or large. */
export const separator = (options?: {
  readonly line?: boolean | undefined
  readonly size?: "small" | "large" | undefined
}): APISeparatorComponent =>
  make({ type: type.separator, divider: options?.line ?? true, spacing: options?.size === "large" ? 2 : 1 })

/** A box around components, with a coloured edge if `colour` (0xRRGGBB) is given. */
export const container = (
  components: ReadonlyArray<APIComponentInContainer>,
  options?: { readonly colour?: number | undefined; readonly spoiler?: boolean | undefined }
): APIContainerComponent =>
  make({ type: type.container, components, accent_color: options?.colour, spoiler: options?.spoiler })
