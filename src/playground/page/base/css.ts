/**
 * Styles of an element that are known only at run time. They are set on `element.style`, which a Content-Security-Policy
 * without `unsafe-inline` allows; Lit's `styleMap` writes an attribute at first, which such a policy blocks.
 */
import { nothing } from "lit"
import type { ElementPart } from "lit/directive.js"
import { Directive, directive } from "lit/directive.js"

type Properties = Readonly<Record<string, string | undefined>>

class CssDirective extends Directive {
  #previous: Properties = {}
  override render(_properties: Properties) {
    return nothing
  }
  override update(part: ElementPart, [properties]: [Properties]) {
    const { style } = part.element as HTMLElement
    for (const name of Object.keys(this.#previous)) if (!(name in properties)) style.removeProperty(name)
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined) style.removeProperty(name)
      else if (this.#previous[name] !== value) style.setProperty(name, value)
    }
    this.#previous = properties
    return nothing
  }
}

/** `<div ${css({ "--x": "1px" })}>`: `undefined` removes a property. */
export const css = directive(CssDirective)
