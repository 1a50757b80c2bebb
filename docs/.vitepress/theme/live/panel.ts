/** What the theme loads when a reader runs an example. */
import type { Block } from "./botOf.ts"
import { FcLive } from "./FcLive.ts"

/** Puts a running example into an element. */
export const mount = (element: Element, load: () => Promise<Block>): void => {
  const panel = new FcLive()
  panel.load = load
  element.replaceChildren(panel)
  // The button that was pressed is gone.
  panel.focus({ preventScroll: true })
}
