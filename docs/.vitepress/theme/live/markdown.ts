/** Puts a place to run it below each block of a page that begins with ` ```ts live `. */
import type { MarkdownRenderer } from "vitepress"
import { idOf } from "../../../../scripts/documents.ts"

const isLive = (info: string): boolean => info.trim() === "ts live"

/** Draws fences, and the place of an example below those that are live. */
export const liveExamples = (md: MarkdownRenderer): void => {
  const draw = md.renderer.rules.fence
  if (draw === undefined) return
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const drawn = draw(tokens, index, options, env, self)
    if (!isLive(tokens[index]?.info ?? "")) return drawn
    const count = tokens.slice(0, index + 1).filter(({ info, type }) => type === "fence" && isLive(info)).length
    const id = idOf(`docs/${(env as { readonly relativePath: string }).relativePath}`, count)
    return `${drawn}<fc-run v-pre example="${id}"></fc-run>`
  }
}
