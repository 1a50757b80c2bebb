/** Whatever an error was made of, it says what is wrong: a message that throws hides its error, and what it came from. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { globSync, readFileSync } from "node:fs"
import * as CloseCode from "../src/gateway/CloseCode.ts"
import { instant } from "../src/internal/instant.ts"
import { textOf } from "../src/internal/thrown.ts"

// `Denied` of `ErrorReply` has a reply and no message, and values of it are not made by its schema.
const sources = globSync("src/**/*.ts", { exclude: ["**/ErrorReply.ts"] }).filter((path) =>
  readFileSync(path, "utf8").includes("Schema.TaggedError<")
)

const isErrorClass = (value: unknown): value is Schema.Codec<Error, unknown> =>
  typeof value === "function" && value.prototype instanceof Error && Schema.isSchema(value)

const thrown: ReadonlyArray<unknown> = [
  undefined,
  null,
  "text",
  5,
  -1n,
  Symbol("thrown"),
  () => "thrown",
  [1],
  new Date(NaN),
  Object.create(null),
  { toString: 1, valueOf: 1 },
  { toString: () => assert.fail("it was asked to throw") },
  Object.defineProperty(new Error("hidden"), "message", { get: () => assert.fail("it was asked to throw") }),
  Object.assign(new Error(), { message: Object.create(null) as string })
]

describe("every error", () => {
  for (const path of sources) {
    it.effect(`of ${path} has a message, with all values that it may have`, () =>
      Effect.gen(function* () {
        const module = (yield* Effect.promise(() => import(`../${path}`))) as Record<string, unknown>
        for (const error of Object.values(module).filter(isErrorClass)) {
          for (const { message } of yield* Arbitrary.sampleEffect(Arbitrary.schema(error), { count: 200 })) {
            assert.isString(message)
          }
        }
      })
    )
  }

  it("may have been caused by whatever can be thrown", () => {
    for (const error of thrown) assert.isAbove(textOf(error).length, 0)
    assert.strictEqual(textOf(new TypeError("wrong")), "wrong")
    assert.strictEqual(textOf("wrong"), "wrong")
    assert.strictEqual(textOf({ code: 5 }), '{"code":5}')
    for (const error of thrown) assert.include(CloseCode.describe({ _tag: "Crashed", error }), textOf(error))
  })

  it.prop("tells every moment", { millis: Schema.Number }, ({ millis }) => {
    assert.isAbove(instant(millis).length, 0)
    assert.include(CloseCode.describe({ _tag: "SessionLimitExhausted", resetAt: millis }), instant(millis))
  })

  it("tells moments as people write them, if a calendar has them", () => {
    assert.strictEqual(instant(1_700_000_000_000), "2023-11-14T22:13:20.000Z")
    assert.strictEqual(instant(8.65e15), "8650000000000000 milliseconds after 1970")
  })
})
