/** The picture of a user, a bot or a server: one of this origin, or initials on a colour. The style that draws the
 * initials is in `shared`: as text they would be read out beside the name. */
import { html } from "lit"
import { colourOf, initialsOf } from "./colour.ts"
import { css } from "./css.ts"

const pictureOf = (source: string, size: number) =>
  html`<img
    class="avatar"
    aria-hidden="true"
    alt=""
    loading="lazy"
    src=${source}
    width=${size}
    height=${size}
    ${css({
      width: `${size}px`,
      height: `${size}px`,
      "max-width": "none",
      "border-radius": "50%",
      "flex-shrink": "0",
      "object-fit": "cover"
    })}
  />`

export const avatar = (id: string, name: string, size = 40, source?: string) =>
  source !== undefined
    ? pictureOf(source, size)
    : html`<span
        aria-hidden="true"
        class="avatar"
        data-initials=${initialsOf(name)}
        ${css({
          display: "inline-flex",
          "align-items": "center",
          "justify-content": "center",
          "flex-shrink": "0",
          width: `${size}px`,
          height: `${size}px`,
          "border-radius": "50%",
          color: "#fff",
          "font-weight": "600",
          "font-size": `${Math.round(size * 0.4)}px`,
          "line-height": "1",
          "user-select": "none",
          background: colourOf(id)
        })}
      ></span>`
