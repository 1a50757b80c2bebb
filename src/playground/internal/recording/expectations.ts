/** What a test expects of a message, as statements. */
import type { Named, Seen, Text } from "../../Session.ts"
import * as literals from "./literals.ts"
import { isExact } from "./pattern.ts"

const equals = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * The statements for what has changed about a message. What was there with the initial response is asserted at once, and
 * the rest is waited for.
 */
export const expectations = (
  variable: string,
  seen: Seen,
  before: Seen | undefined,
  idOf: (named: Named) => string
): ReadonlyArray<string> => {
  if (seen.deleted) return [`yield* ${variable}.awaitUntil(({ deleted }) => deleted)`]
  const field = seen.layout ? "text" : "content"
  const lines: Array<string> = []
  const expectText = (wanted: Text): void => {
    if (!seen.atOnce) {
      const test = isExact(wanted) ? literals.text(wanted, idOf) : `(${field}) => ${literals.fits(field, wanted, idOf)}`
      lines.push(`yield* ${variable}.awaitContent(${test})`)
    } else if (isExact(wanted)) {
      lines.push(`assert.strictEqual(yield* ${variable}.${field}, ${literals.text(wanted, idOf)})`)
    } else {
      lines.push(`assert.match(yield* ${variable}.${field}, ${literals.pattern(wanted)})`)
    }
  }
  /** Asserts or waits for a condition on one field of the message. */
  const expect = (name: string, condition: (value: string) => string): void => {
    lines.push(
      seen.atOnce
        ? `assert.isTrue(${condition(`(yield* ${variable}.${name})`)})`
        : `yield* ${variable}.awaitUntil(({ ${name} }) => ${condition(name)})`
    )
  }
  const hasText = seen.text.length > 0 || (before !== undefined && before.text.length > 0)
  if (hasText && !equals(seen.text, before?.text)) expectText(seen.text)
  if (!equals(seen.embeds, before?.embeds ?? [])) {
    expect("embeds", (all) => `${all}.length === ${seen.embeds.length}`)
    for (const [index, { description, title }] of seen.embeds.entries()) {
      const of = (name: string) => (all: string) => `(${all}[${index}]?.${name} ?? "")`
      if (title !== undefined) expect("embeds", (all) => literals.fits(of("title")(all), title, idOf))
      if (description !== undefined) expect("embeds", (all) => literals.fits(of("description")(all), description, idOf))
    }
  }
  if (before === undefined && seen.ephemeral) lines.push(`assert.isTrue(yield* ${variable}.ephemeral)`)
  expectUsable("buttons", "label", seen.buttons, before?.buttons ?? [])
  expectUsable("selects", "placeholder", seen.selects, before?.selects ?? [])
  return lines

  function expectUsable<K extends string>(
    name: "buttons" | "selects",
    label: K,
    now: ReadonlyArray<{ readonly disabled: boolean } & { readonly [key in K]: string }>,
    then: typeof now
  ): void {
    if (equals(now, then)) return
    if (now.length > 0 && now.every(({ disabled }) => disabled)) {
      return expect(name, (all) => `${all}.every(({ disabled }) => disabled)`)
    }
    const list = (values: ReadonlyArray<string>) => `[${values.join(", ")}]`
    const labels = list(now.map((one) => literals.quote(one[label])))
    const disabled = list(now.filter((one) => one.disabled).map((one) => literals.quote(one[label])))
    const isDisabled = (all: string) => `${all}.filter(({ disabled }) => disabled)`
    expectList(name, `.map(({ ${label} }) => ${label})`, labels, (all) => all)
    if (disabled !== "[]") expectList(name, `.map(({ ${label} }) => ${label})`, disabled, isDisabled)
  }

  function expectList(name: string, map: string, wanted: string, of: (all: string) => string): void {
    lines.push(
      seen.atOnce
        ? `assert.deepStrictEqual(${of(`(yield* ${variable}.${name})`)}${map}, ${wanted})`
        : `yield* ${variable}.awaitUntil(({ ${name} }) => JSON.stringify(${of(name)}${map}) === JSON.stringify(${wanted}))`
    )
  }
}
