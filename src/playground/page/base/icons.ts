/** Small drawings in the colour of the text, for machines whose fonts have no emojis. */
import { html, svg, type TemplateResult } from "lit"

const paths = {
  eye: svg`<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" /><circle cx="8" cy="8" r="2" />`,
  file: svg`<path d="M3.5 1.5h6l3 3v10h-9Z" /><path d="M9.5 1.5v3h3M6 8h4M6 11h4" />`,
  pin: svg`<path d="M5 2h6l-1 5 2 2H4l2-2Z" /><path d="M8 9v5" />`,
  thread: svg`<path d="M2 4h12M2 8h8M2 12h5" />`,
  clip: svg`<path d="m13 7-5.500 5.500a3 3 0 0 1-4.200-4.200L9 2.600a2 2 0 0 1 2.800 2.800L6.300 11a1 1 0 0 1-1.400-1.400L10 4.500" />`
}

/** A drawing as high as the text. It says nothing to those who cannot see it. */
export const icon = (name: keyof typeof paths): TemplateResult =>
  html`<svg
    class="drawn"
    aria-hidden="true"
    viewBox="0 0 16 16"
    width="1em"
    height="1em"
    fill="none"
    stroke="currentColor"
    stroke-width="1.4"
    stroke-linejoin="round"
    stroke-linecap="round"
  >
    ${paths[name]}
  </svg>`
