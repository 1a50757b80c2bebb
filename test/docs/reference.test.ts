import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"
import * as cluster from "../../src/cluster/index.ts"
import * as durable from "../../src/durable/index.ts"
import * as http from "../../src/http/index.ts"
import * as core from "../../src/index.ts"
import * as inspector from "../../src/inspector/index.ts"
import * as persistence from "../../src/persistence.ts"
import * as playground from "../../src/playground/index.ts"
import * as proxy from "../../src/proxy/index.ts"
import * as testing from "../../src/testing/index.ts"
import * as voice from "../../src/voice.ts"
import * as Reference from "../../scripts/reference.ts"
import { root } from "../../scripts/documents.ts"
import { documentsOf, isExternal } from "../../scripts/links.ts"
import { linksOf } from "../../scripts/markdown.ts"
import { isTrue } from "../../scripts/reference/defaults.ts"
import { filled } from "../../scripts/tables.ts"
import { otherwiseNone, wordDefaults } from "./support/wordDefaults.ts"

type Names = ReturnType<typeof Reference.report>["names"]

const entries = { cluster, durable, http, inspector, persistence, playground, proxy, testing, voice }

/** What is exported for other rooms of the library, and marked `@internal`. */
const internal: ReadonlyArray<string> = ["fibercord Bot.validated"]

/** The section of a name: from its heading to the next one of a name. */
const sectionOf = ({ anchor, page: path }: Names[number]): string => {
  const text = Reference.page(path)
  const start = text.indexOf(`{#${anchor}}\n`)
  assert.notStrictEqual(start, -1, `${path} has no section ${anchor}`)
  const end = /\n###? /.exec(text.slice(start))?.index
  return text.slice(start, end === undefined ? undefined : start + end)
}

describe("the reference", { timeout: 600_000 }, () => {
  it("is written without an unresolved link and without a name or an option that lacks a doc comment", async () => {
    await Reference.write()
    const { problems, undocumented } = Reference.report()
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(undocumented, [])
  })

  it("has every value that users can import", () => {
    const { names } = Reference.report()
    const known = new Set(names.map(({ entry, module, name }) => `${entry} ${module}.${name}`))
    const modules = [
      ...Object.entries(core).map(([name, module]) => ["fibercord", name, module] as const),
      ...Object.entries(entries).flatMap(([entry, index]) =>
        Object.entries(index).map(([name, module]) => [`fibercord/${entry}`, name, module as object] as const)
      )
    ]
    const missing = modules.flatMap(([entry, module, values]) =>
      // Its names are those of `discord-api-types`, and internal ones are not for users.
      module === "DiscordApi"
        ? []
        : Object.keys(values)
            .filter((name) => name !== "default" && !known.has(`${entry} ${module}.${name}`))
            .map((name) => `${entry} ${module}.${name}`)
    )
    assert.deepStrictEqual(missing, internal)
  })

  it("says of each name what it is for, its defaults, its errors, and shows code that uses it", () => {
    for (const name of Reference.report().names) {
      const section = sectionOf(name)
      const [, purpose = ""] = /^\{#.*\}\n\n([^]*?)\n\n```ts/.exec(section) ?? []
      const title = `${name.module}.${name.name}`
      assert.notStrictEqual(purpose.trim(), "", `${title} says what it is for`)
      if (name.isOptions) assert.match(section, /\*\*Fields\*\*\n\n\| option +\| type +\| default +\| meaning/, title)
      if (name.kind === "function" || name.kind === "layer") assert.include(section, "**Errors**", title)
      if (name.kind === "error") assert.match(section, /\*\*Message\*\*[^]*\*\*When it occurs\*\*/, title)
      if (name.kind === "service") assert.include(section, "**Layers**", title)
      assert.include(section, "**Example**", title)
    }
  })

  it("has each page and each anchor that it or another page links to, and no anchor twice on a page", () => {
    const pages = Reference.pages()
    const anchors = new Map(
      [...pages].map(([file, text]) => [file, [...text.matchAll(/\{#([^}]+)\}$/gm)].map(([, anchor = ""]) => anchor)])
    )
    for (const [file, all] of anchors) assert.strictEqual(new Set(all).size, all.length, `${file} has an anchor twice`)
    const written = documentsOf().map((file) => [file, readFileSync(join(root, file), "utf8")] as const)
    const links = [...pages, ...written].flatMap(([file, text]) =>
      linksOf(text)
        .filter((link) => !isExternal(link))
        .flatMap(({ href }) => {
          const [path = "", anchor] = href.split("#")
          const target = path === "" ? file : posix.join(posix.dirname(file), path)
          return target.startsWith("docs/reference/") ? [{ file, href, target, anchor }] : []
        })
    )
    assert.isAbove(links.length, 1000)
    const dead = links.filter(({ anchor, target }) => {
      const known = anchors.get(target)
      return known === undefined || (anchor !== undefined && !known.includes(anchor))
    })
    assert.deepStrictEqual(dead, [])
  })

  it("states the defaults that the code uses", () => {
    const { held } = Reference.report().defaults
    assert.isAbove(held.filter(({ stated }) => stated !== "none").length, 190)
    assert.isAbove(held.length, 460)
    assert.deepStrictEqual(
      held.filter((each) => !isTrue(each) && !otherwiseNone.has(each.option)).map((each) => JSON.stringify(each)),
      []
    )
  })

  it("states no default in words that is not on the list of those, which may only become shorter", () => {
    const counts = new Map<string, number>()
    for (const [, stated] of Reference.report().defaults.unheld) counts.set(stated, (counts.get(stated) ?? 0) + 1)
    assert.deepStrictEqual(
      [...counts].filter(([stated, count]) => count > (wordDefaults[stated] ?? 0)),
      [],
      "state it as a value that the code falls back to, or add it to test/docs/support/wordDefaults.ts"
    )
    assert.deepStrictEqual(
      Object.entries(wordDefaults).filter(([stated, count]) => (counts.get(stated) ?? 0) < count),
      [],
      "there are fewer now: write that number"
    )
  })
})

describe("tables of options", () => {
  it("are left alone where no page asks for one, and a page that asks for an unknown type is refused", () => {
    const never = () => assert.fail("the model is not read")
    assert.strictEqual(filled(never, "# A page\n\n| option |\n"), "# A page\n\n| option |\n")
    assert.throws(
      () => filled(() => ({ modules: [] }) as never, "<!-- options: Nothing.Options -->\n\n<!-- end -->"),
      /Nothing.Options is not public/
    )
  })
})
