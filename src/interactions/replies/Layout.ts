/**
 * Components that arrange others, Discord's "Components V2". A message that has one of them at the top level has
 * neither content nor embeds; its text is in {@link text}. Bound components may be anywhere within them.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Button, Layout, Reply } from "fibercord"
 *
 * const show = Effect.gen(function* () {
 *   const more = yield* Button.bound({ label: "More" }, () => Reply.send({ content: "More" }))
 *   yield* Reply.send({
 *     components: [
 *       Layout.container([
 *         Layout.text("# Hello"),
 *         Layout.separator(),
 *         Layout.section(["Press here"], more)
 *       ], { accentColor: 0x5865f2 })
 *     ]
 *   })
 * })
 * ```
 *
 * Source: Discord, "Component Reference".
 */
import type * as Discord from "../../discord/Discord.ts"
import { componentType } from "../../discord/numbers.ts"
import { given } from "../../internal/given.ts"

const make = <A>(fields: Readonly<Record<string, unknown>>): A => given(fields) as A

/** A row of up to five buttons, or of one select menu. */
export const row = (components: ReadonlyArray<Discord.RowComponent>): Discord.ActionRow =>
  make({ type: componentType.actionRow, components })

/** Markdown. All texts of a message have at most 4000 characters together. */
export const text = (content: string): Discord.TextDisplay => make({ type: componentType.textDisplay, content })

/** One to three texts with a button or a thumbnail beside them. */
export const section = (
  texts: ReadonlyArray<string | Discord.TextDisplay>,
  accessory: Discord.SectionAccessory
): Discord.Section =>
  make({
    type: componentType.section,
    components: texts.map((each) => (typeof each === "string" ? text(each) : each)),
    accessory
  })

/** How media are shown. */
export interface MediaOptions {
  /** What it shows, for those who cannot see it; at most 1024 characters. */
  readonly description?: string | undefined
  /** Whether it is hidden until clicked. Default: `false`. */
  readonly spoiler?: boolean | undefined
}

/** A small picture beside a {@link section}: a URL, or `attachment://name` of a file of the message. */
export const thumbnail = (url: string, options?: MediaOptions): Discord.Thumbnail =>
  make({ type: componentType.thumbnail, media: { url }, description: options?.description, spoiler: options?.spoiler })

/**
 * One to ten pictures and videos: URLs, or `attachment://name` of files of the message.
 *
 * ```ts
 * import { Layout, Button, Reply } from "fibercord"
 *
 * const shown = Reply.send({
 *   components: [
 *     Layout.text("# Holidays"),
 *     Layout.gallery(["https://example.com/1.png", { url: "https://example.com/2.png", description: "The beach" }]),
 *     Layout.file("plan.pdf"),
 *     Layout.row([Button.link("https://example.com", { label: "All pictures" })])
 *   ],
 *   files: [{ name: "plan.pdf", data: "…" }]
 * })
 * ```
 */
export const gallery = (items: ReadonlyArray<string | (MediaOptions & { readonly url: string })>): Discord.Gallery =>
  make({
    type: componentType.mediaGallery,
    items: items.map((item) => {
      const { description, spoiler, url }: MediaOptions & { readonly url: string } =
        typeof item === "string" ? { url: item } : item
      return make({ media: { url }, description, spoiler })
    })
  })

/** Shows a file of the message, by its name. */
export const file = (name: string, options?: { readonly spoiler?: boolean | undefined }): Discord.File =>
  make({ type: componentType.file, file: { url: `attachment://${name}` }, spoiler: options?.spoiler })

/** Space between two components. Defaults: with a line, and small. */
export const separator = (options?: {
  readonly line?: boolean | undefined
  readonly size?: "small" | "large" | undefined
}): Discord.Separator =>
  make({ type: componentType.separator, divider: options?.line ?? true, spacing: options?.size === "large" ? 2 : 1 })

/** A box around components, with an edge in `accentColor` (0xRRGGBB) if that is given. */
export const container = (
  components: ReadonlyArray<Discord.ContainerComponent>,
  options?: { readonly accentColor?: number | undefined; readonly spoiler?: boolean | undefined }
): Discord.Container =>
  make({ type: componentType.container, components, accent_color: options?.accentColor, spoiler: options?.spoiler })
