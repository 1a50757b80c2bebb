/** HTML and scripts in the place of every text, and how to tell that none of it was taken for more than a text. */
import type { Page } from "playwright-core"

/** What a page is asked for must stay what it is. */
const structural = new Set([
  "type",
  "locale",
  "state",
  "status",
  "stage",
  "step",
  "kind",
  "inspector",
  "now",
  "content_type"
])
const isStructural = (key: string, text: string): boolean =>
  structural.has(key) || /^\d+$/.test(text) || /^\d{4}-\d\d-\d\dT/.test(text)

/** A text that would leave an element, and `globalThis.evil`, if it were HTML in an element or in an attribute. */
const evil = (place: string): string =>
  `[${place}]"'><evil-mark onclick=x></evil-mark><img src=x onerror="globalThis.evil='${place}'"><script>globalThis.evil='${place}'</script>`

/** A text as it was before. */
export const cleaned = (text: string): string => text.replace(/\[\w*\]"'>.*?<\/script>/g, "")

const addresses = {
  script: "javascript:globalThis.evil='address'",
  data: "data:text/html,<script>globalThis.evil='address'</script>",
  quote: `/cdn/x"onerror="globalThis.evil='address'`
} as const

/** How addresses are poisoned. */
export type Kind = keyof typeof addresses
export const kinds = Object.keys(addresses) as ReadonlyArray<Kind>

/** The same with every text replaced, except ids, times and what says of which kind something is. */
export const poison = <A>(value: A, kind: Kind, place = ""): A => {
  const key = /[^./]*$/.exec(place)?.[0] ?? ""
  if (typeof value === "string") {
    if (isStructural(key, value)) return value
    if (key.endsWith("url")) return addresses[kind] as A
    // Ordinary text first, so that a command can be found by its name.
    return `${/^[\w-]+$/.test(value) ? value : ""}${evil(key)}` as A
  }
  if (Array.isArray(value)) return value.map((each) => poison(each, kind, place)) as A
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, poison(each, kind, `${place}.${name}`)])
  ) as A
}

/** What is on the page that should not be, and the places of the texts that are on it. */
export const look = (
  page: Page
): Promise<{ readonly wrong: ReadonlyArray<string>; readonly places: ReadonlyArray<string> }> =>
  page.evaluate(() => {
    const wrong: Array<string> = []
    const places = new Set<string>()
    const { evil } = globalThis as { evil?: string }
    if (evil !== undefined) wrong.push(`ran: ${evil}`)
    const note = (text: string) => {
      for (const [, place] of text.matchAll(/\[([\w-]+)\]"'>/g)) places.add(place ?? "")
    }
    const visit = (root: Document | ShadowRoot): void => {
      note(root.textContent ?? "")
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot !== null) visit(element.shadowRoot)
        const name = element.localName
        if (name === "evil-mark" || (name === "script" && !element.hasAttribute("src")) || name === "iframe")
          wrong.push(name)
        if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) note(element.value)
        for (const attribute of element.attributes) {
          note(attribute.value)
          if (attribute.name.startsWith("on")) wrong.push(`${name} ${attribute.name}`)
          if (
            /^(?:href|src|action|formaction|xlink:href)$/.test(attribute.name) &&
            /^\s*(?:javascript|data:text|vbscript):?/i.test(attribute.value)
          ) {
            wrong.push(`${name} ${attribute.name}=${attribute.value}`)
          }
        }
      }
    }
    visit(document)
    return { wrong, places: [...places].sort() }
  })
