/**
 * Every field that Discord's published types have for what a bot sends (`fields.json`, written by `npm run fields`) is
 * sent by the library, or has a reason here. The bodies are those that a fake Discord has received.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { eventIntents } from "../../src/gateway/internal/eventIntents.ts"
import { flagReasons, reasons, withoutIntent } from "./reasons.ts"
import { type Body, sentBodies } from "./sending.ts"

interface Extract {
  readonly version: string
  readonly roots: Readonly<Record<string, ReadonlyArray<string>>>
  readonly objects: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string | number>>>>>
  readonly lists: {
    readonly GatewayDispatchEvents: Readonly<Record<string, string>>
    readonly MessageFlags: Readonly<Record<string, number>>
  }
}

const extract: Extract = JSON.parse(readFileSync(new URL("fields.json", import.meta.url), "utf8"))

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Of the objects that can be in one place, the one that this is: its numbers fit, and the most of its fields. */
const objectOf = ({ objects }: Extract, names: ReadonlyArray<string>, json: Json): string | undefined => {
  const unknown = (name: string) => Object.keys(json).filter((field) => objects[name]?.[field] === undefined).length
  return names
    .filter((name) =>
      Object.entries(objects[name] ?? {}).every(([field, parts]) => {
        const numbers = parts.filter((part) => typeof part === "number")
        return numbers.length === 0 || json[field] === undefined || numbers.includes(json[field] as number)
      })
    )
    .toSorted((a, b) => unknown(a) - unknown(b))[0]
}

/** Notes the fields of a value, and of all objects within it, as `Object.field`. */
const note = (extract: Extract, names: ReadonlyArray<string>, value: unknown, found: Set<string>): void => {
  if (Array.isArray(value)) return value.forEach((each) => note(extract, names, each, found))
  if (!isJson(value) || names.length === 0) return
  const name = objectOf(extract, names, value)
  if (name === undefined) {
    found.add(`${names.join(" | ")} ${JSON.stringify(value)}`)
    return
  }
  for (const [field, inside] of Object.entries(value)) {
    // Empty data is as good as none.
    if (field === "data" && isJson(inside) && Object.keys(inside).length === 0) continue
    found.add(`${name}.${field}`)
    const parts = extract.objects[name]?.[field] ?? []
    note(
      extract,
      parts.filter((part) => typeof part === "string"),
      inside,
      found
    )
  }
}

/** What is known and not sent, and what is sent and not known. */
const compare = (extract: Extract, bodies: ReadonlyArray<Body>) => {
  const sent = new Set<string>()
  for (const { json, root } of bodies) note(extract, extract.roots[root] ?? [], json, sent)
  const known = Object.entries(extract.objects).flatMap(([name, fields]) =>
    Object.keys(fields).map((field) => `${name}.${field}`)
  )
  return {
    missing: known.filter((field) => !sent.has(field)),
    unknown: [...sent].filter((field) => !known.includes(field)),
    known
  }
}

const fits = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(name)

/** What is wrong, as a reader can act on it. */
const problemsOf = (extract: Extract, bodies: ReadonlyArray<Body>): ReadonlyArray<string> => {
  const { missing, unknown } = compare(extract, bodies)
  const patterns = Object.keys(reasons)
  return [
    ...missing
      .filter((name) => !patterns.some((pattern) => fits(pattern, name)))
      .map((name) => `${name} is never sent: send it, or give a reason in reasons.ts`),
    ...unknown.map((name) => `${name} is sent, and Discord's types do not have it`),
    ...patterns
      .filter((pattern) => !missing.some((name) => fits(pattern, name)))
      .map((pattern) => `${pattern} has a reason, and needs none`)
  ]
}

/** All flags of the messages in a value, as bits. */
const flagsIn = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((bits: number, each) => bits | flagsIn(each), 0)
  if (!isJson(value)) return 0
  const own = typeof value["flags"] === "number" ? value["flags"] : 0
  return Object.values(value).reduce((bits: number, each) => bits | flagsIn(each), own)
}

/** Discord's types with one field more. */
const withField = (object: string, field: string): Extract => ({
  ...extract,
  objects: { ...extract.objects, [object]: { ...extract.objects[object], [field]: [] } }
})

describe("the fields of what a bot sends", () => {
  it.live("are sent by the library or have a reason, and none is sent that Discord's types do not have", () =>
    Effect.gen(function* () {
      const bodies = yield* sentBodies
      assert.deepStrictEqual(problemsOf(extract, bodies), [])
      for (const object of ["APIEmbed", "APIButtonComponentWithURL", "RESTPostAPIChannelMessageJSONBody"]) {
        assert.deepStrictEqual(problemsOf(withField(object, "brand_new"), bodies), [
          `${object}.brand_new is never sent: send it, or give a reason in reasons.ts`
        ])
      }
      const sent = flagsIn(bodies.map(({ json }) => json))
      const missing = Object.entries(extract.lists.MessageFlags).filter(([, bit]) => (sent & bit) === 0)
      assert.deepStrictEqual(
        missing.map(([name]) => name),
        Object.keys(flagReasons).toSorted()
      )
    })
  )

  it("are those of the installed version of discord-api-types", () => {
    const manifest = new URL("../../node_modules/discord-api-types/package.json", import.meta.url)
    assert.strictEqual(extract.version, JSON.parse(readFileSync(manifest, "utf8")).version)
  })
})

describe("the events of Discord's types", () => {
  it("come with an intent or with none, and no other event is known", () => {
    const published = Object.values(extract.lists.GatewayDispatchEvents).toSorted()
    assert.deepStrictEqual([...Object.keys(eventIntents), ...withoutIntent].toSorted(), published)
  })
})
