/** Whatever is in a session, the source of its test compiles, and means the same. */
import { assert, describe, it } from "@effect/vitest"
import { Recording } from "fibercord/playground"
import { stripTypeScriptTypes } from "node:module"
import { createContext, runInContext } from "node:vm"
import * as literals from "../../src/playground/internal/recording/literals.ts"
import { toPattern } from "../../src/playground/internal/recording/pattern.ts"
import { makeRandom } from "../mutate.ts"

const pieces = [
  ..."abc 019.,:;_-+*?^$|()[]{}<>/\\\"'`~!@#%&=\n\r\t\0\b\v\f\u007f\u0085\u00a0\u2028\u2029\ufeff",
  "${",
  "}",
  "`",
  "\\`",
  "\\u",
  "\\${",
  "*/",
  "//",
  "</script>",
  "<!--",
  "yield*",
  "__proto__",
  "constructor",
  "😀",
  "\ud800",
  "\udc00",
  "ü",
  "日本",
  "import",
  "class",
  "delete",
  "alice",
  "text",
  "content",
  "JSON"
]

const random = makeRandom(16)
const text = (): string => Array.from({ length: random(8) }, () => pieces[random(pieces.length)] ?? "").join("")

const texts = [...pieces, ...Array.from({ length: 200 }, text)]
const context = createContext({ id: "42" })
const run = (source: string): unknown => runInContext(source, context)
const evaluate = (source: string): unknown => run(`(${source})`)

describe("the source of a test", () => {
  it("has each string as it is", () => {
    for (const one of texts) {
      assert.strictEqual(evaluate(literals.quote(one)), one)
      assert.strictEqual(run(literals.text([one, { user: "x" }, one], () => "id")), `${one}42${one}`)
      const object = evaluate(`{ ${literals.key(one)}: 1 }`) as object
      assert.deepStrictEqual(Object.entries(object), [[one, 1]])
    }
  })

  it("has patterns that fit the text, and no other", () => {
    for (const one of texts) {
      const source = literals.pattern([one, { any: "id" }, one])
      const pattern = evaluate(source) as RegExp
      assert.isTrue(pattern.test(`${one}1145999999999999999${one}`), source)
      assert.isFalse(pattern.test(`${one}1145999999999999999${one}x`), source)
      assert.isFalse(pattern.test(`${one}x${one}`), source)
      assert.isTrue(new RegExp(toPattern([one], () => "")).test(one))
    }
  })

  it("compiles, whatever people write", () => {
    for (let round = 0; round < 60; round++) {
      const source = Recording.testSource(sessionOf(text), { file: text(), title: text() })
      assert.doesNotThrow(() => stripTypeScriptTypes(source), source)
    }
  })

  it("has the fake's role of the bot, and more time than test runners give by themselves", () => {
    const session = sessionOf(() => "text")
    for (const [botRole, wanted] of [
      [undefined, /layerServer\(\{ identifyInterval: 0 \}\)/],
      [true, /layerServer\(\{ identifyInterval: 0, botRole: true \}\)/],
      ["8", /layerServer\(\{ identifyInterval: 0, botRole: "8" \}\)/]
    ] as const) {
      const source = Recording.testSource(session, { file: "bot.ts", botRole })
      assert.match(source, wanted)
      assert.match(source, /,\n {2}60_000\n\)\n$/)
    }
  })

  it("gives no two things the same name, and no name that means something", () => {
    const names = new literals.Variables()
    const all = [...texts, ...literals.reserved].map((one) => names.name(one, "user"))
    // Parameters and globals of the source, which a variable would hide.
    const source = Recording.testSource(sessionOf(text), { file: "bot.ts" })
    const parameters = [...source.matchAll(/\(\{ (\w+) \}\) =>/g)].map(([, name]) => name)
    assert.isNotEmpty(parameters)
    for (const name of [...parameters, "JSON", "RegExp", "Buffer"]) {
      if (name !== "_tag") assert.notInclude(all, name)
    }
    assert.strictEqual(new Set(all).size, all.length)
    for (const name of all) assert.doesNotThrow(() => run(`"use strict"; { const ${name} = 1 }`), name)
  })
})

/** A session with every kind of step, made of such texts. */
const sessionOf = (text: () => string): Recording.Session => {
  const [alice, bob] = [text(), text()]
  const seen = (message: number, origin?: Recording.Seen["origin"]): Recording.Seen => ({
    message,
    ...(origin === undefined ? {} : { origin }),
    atOnce: message % 2 === 0,
    layout: false,
    text: [text(), { user: text() }, { any: "time" }, { role: text() }, { channel: text() }],
    embeds: [{ title: [text()], description: [text(), { any: "id" }] }],
    buttons: [
      { label: text(), disabled: true },
      { label: text(), disabled: false }
    ],
    selects: [{ placeholder: text(), disabled: true }],
    ephemeral: true,
    deleted: false
  })
  const file = { filename: text(), contentType: text(), data: "aGVsbG8=" }
  const place = { guild: text(), channel: text() }
  const values = [
    { name: text(), value: text() },
    { name: text(), value: { user: bob } },
    { name: text(), value: file }
  ]
  const said = text()
  const made = { channel: text(), made: true }
  return {
    version: 1,
    users: [{ name: alice, permissions: text(), locale: text() }, { name: bob }],
    skipped: [
      { before: 0, action: text(), reason: text() },
      { before: 1, action: text(), reason: text() }
    ],
    steps: [
      {
        do: { type: "slash", user: alice, place, name: text(), values },
        seen: [seen(0, { kind: "reply", step: 0 }), seen(1, { kind: "followUp", step: 0, count: 2 })]
      },
      { do: { type: "click", user: bob, message: 0, button: { label: text() } }, seen: [seen(0)] },
      {
        do: { type: "select", user: alice, message: 1, menu: { index: 1 }, values: [text(), { role: text() }] },
        seen: []
      },
      {
        do: { type: "contextMenu", user: alice, place: {}, name: text(), target: { message: 0 } },
        modal: { title: text(), fields: [text()] },
        seen: []
      },
      {
        do: {
          type: "submit",
          user: alice,
          opener: 3,
          fields: [
            { field: { label: text() }, value: [text()] },
            { field: { index: 1 }, value: [file] }
          ]
        },
        seen: [seen(2, { kind: "posted", user: bob, place: { direct: true } })]
      },
      {
        do: { type: "say", user: bob, place, content: [said, { user: alice }], files: [file], replyTo: 0 },
        seen: [seen(3, { kind: "said" })]
      },
      { do: { type: "edit", user: bob, message: 3, content: [said, { user: alice }] }, seen: [seen(3)] },
      { do: { type: "react", user: bob, message: 3, emoji: text() }, seen: [] },
      { do: { type: "vote", user: bob, message: 3, answers: [1, 2] }, seen: [] },
      { do: { type: "delete", user: bob, message: 3 }, seen: [{ ...seen(3), deleted: true }] },
      { do: { type: "fault", fault: { kind: "failRest", status: 500, times: 2, requests: text() } }, seen: [] },
      { do: { type: "clearFaults" }, seen: [] },
      { do: { type: "advance", millis: 90_000 }, seen: [seen(2)] },
      { do: { type: "restart", kill: true, shards: 2 }, seen: [] },
      { do: { type: "launch", user: alice, place: {} }, failed: true, seen: [] },
      { do: { type: "begin" }, seen: [seen(4, { kind: "posted", user: alice, place: made })] },
      { do: { type: "clearFault", fault: 9 }, seen: [] },
      { do: { type: "fault", fault: { kind: "drop" } }, seen: [] },
      { do: { type: "say", user: bob, place: made, content: [made], files: [] }, refused: "NotUsable", seen: [] },
      {
        do: { type: "autocomplete", user: alice, place, name: text(), values, focused: text() },
        choices: [text(), text()],
        seen: []
      }
    ]
  }
}
