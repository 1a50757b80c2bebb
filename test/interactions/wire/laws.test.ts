/** The library's rules and those of the fake Discord are written twice. These laws hold the two together. */
import { assert, describe, it } from "@effect/vitest"
import type { Problem } from "../../../src/interactions/wire/check.ts"
import { validateCommand } from "../../../src/interactions/wire/validateCommand.ts"
import { validateForm } from "../../../src/interactions/wire/validateForm.ts"
import { validateMessage } from "../../../src/interactions/wire/validateMessage.ts"
import { type Json, makeRandom } from "../../mutate.ts"
import * as Fake from "./fake.ts"
import {
  almost,
  choiceForm,
  contextMenu,
  entry,
  longEmbeds,
  longSlash,
  longV2,
  parent,
  plainMessage,
  pollMessage,
  slash,
  textForm,
  v2Message
} from "./bodies.ts"

const files = ["a.png", "b.txt"]

const kinds: ReadonlyArray<{
  readonly title: string
  readonly valid: ReadonlyArray<() => Json>
  readonly library: (body: Json) => ReadonlyArray<Problem>
  readonly fake: (body: Json) => string | undefined
}> = [
  {
    title: "commands",
    valid: [slash, parent, contextMenu, entry, longSlash],
    library: validateCommand,
    fake: Fake.command
  },
  {
    title: "messages",
    valid: [plainMessage, pollMessage, v2Message, longEmbeds, longV2],
    library: (data) => validateMessage({ data, files: files.map((name) => ({ name })) }, true),
    fake: (body) => Fake.message(body, files)
  },
  {
    title: "forms",
    valid: [textForm, choiceForm],
    library: validateForm,
    fake: Fake.form
  }
]

/** What a program may pass that the compiler did not see. */
const strange: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  NaN,
  -1n,
  "\ud800",
  Symbol("strange"),
  () => "strange",
  {},
  [null],
  new Date(NaN),
  Object.create(null),
  { toString: 1, valueOf: 1 }
]

type Path = ReadonlyArray<string>

const isContainer = (value: unknown): value is Json => typeof value === "object" && value !== null

const pathsOf = (value: unknown): ReadonlyArray<Path> =>
  isContainer(value)
    ? Object.keys(value).flatMap((key) => [[key], ...pathsOf(value[key]).map((path) => [key, ...path])])
    : []

const replaced = (value: unknown, [key, ...rest]: Path, by: unknown): unknown => {
  if (key === undefined) return by
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as Json) }
  if (isContainer(copy)) copy[key] = replaced(copy[key], rest, by)
  return copy
}

const seed = 11
const runs = 5_000

describe("validation", () => {
  for (const { fake, library, title, valid } of kinds) {
    it(`accepts valid ${title}, as the fake does`, () => {
      for (const make of valid) {
        assert.deepStrictEqual(library(make()), [])
        assert.isUndefined(fake(make()))
      }
    })

    it(`never throws about ${title}, whatever stands in them`, () => {
      for (const make of valid) {
        for (const path of pathsOf(make())) {
          for (const value of strange) assert.isArray(library(replaced(make(), path, value) as Json))
        }
      }
    })

    it(`accepts exactly those ${title} that the fake accepts`, { timeout: 240_000 }, () => {
      const random = makeRandom(seed)
      let accepted = 0
      for (let run = 0; run < runs; run++) {
        const body = almost(random, valid[random(valid.length)] ?? plainMessage)
        const problems = library(body)
        const refused = fake(body)
        if (problems.length === 0) accepted++
        if ((problems.length === 0) !== (refused === undefined)) {
          const said = `the library says ${JSON.stringify(problems)}, the fake says ${refused ?? "nothing"}`
          assert.fail(`run ${run}: ${said} of ${JSON.stringify(body).slice(0, 5000)}`)
        }
      }
      // Both sides of the law are seen.
      assert.isAbove(accepted, runs / 10)
      assert.isAbove(runs - accepted, runs / 10)
    })
  }
})
