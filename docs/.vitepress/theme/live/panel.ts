/** What the theme loads when a reader runs an example. */
import type { Block } from "./botOf.ts"
import { FcLive } from "./FcLive.ts"

/** Puts a running example into an element. */
export const mount = (element: Element, load: () => Promise<Block>): void => {
  const panel = new FcLive()
  panel.load = load
  const number = /\d+$/.exec(element.getAttribute("example") ?? "")?.[0] ?? ""
  panel.setAttribute("aria-label", `Running example ${number}`.trim())
  element.replaceChildren(panel)
  // The button that was pressed is gone.
  panel.focus({ preventScroll: true })
  element.scrollIntoView({ block: "nearest" })
}
