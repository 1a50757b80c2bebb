/** Keeps the focus inside a dialog. */

const focusable = "button, input, textarea, select, a[href], fc-select, [tabindex='0']"

/** The element that has the focus, through shadow roots. */
const isFocused = (element: Element, root: DocumentFragment | HTMLElement): boolean => {
  const shadow = root.getRootNode() as Document | ShadowRoot
  return shadow.activeElement === element
}

const focus = (element: HTMLElement | undefined): void => {
  const inner = element?.shadowRoot?.querySelector<HTMLElement>("button, input")
  ;(inner ?? element)?.focus()
}

/** Tab after the last element leads to the first, and back. */
export const trapFocus = (event: KeyboardEvent, root: DocumentFragment | HTMLElement): void => {
  if (event.key !== "Tab") return
  const all = [...root.querySelectorAll<HTMLElement>(focusable)].filter(
    (each) => !each.hasAttribute("disabled") && !each.hidden && each.offsetParent !== null
  )
  const edge = event.shiftKey ? all[0] : all.at(-1)
  if (edge === undefined || !isFocused(edge, root)) return
  event.preventDefault()
  focus(event.shiftKey ? all.at(-1) : all[0])
}
