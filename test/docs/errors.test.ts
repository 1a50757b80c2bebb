/** docs/guide/errors.md against the code: each public error, its reasons, and each text that users are told. */
import { assert, describe, it } from "@effect/vitest"
import { ErrorReply } from "fibercord"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { documents, markdownOf, root } from "../../scripts/documents.ts"
import { entryPoints } from "../../scripts/exports.ts"

const errors = markdownOf("docs/guide/errors.md")

const pages = documents.filter((file) => file.startsWith("docs/") && file !== "docs/guide/errors.md").map(markdownOf)

/** The tags of errors that public modules export, by the files that declare them. */
const declared = globSync("src/**/*.ts", { cwd: root }).flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8")
  return [...text.matchAll(/^export class (\w+) extends Schema\.TaggedError<\w+>\([^)]*\)\(\s*"(\w+)"/gm)].map(
    ([, name = "", tag = ""]) => ({ file, name, tag })
  )
})

const modules = new Set(entryPoints().values())

const texts = [...modules].map((file) => readFileSync(join(root, file), "utf8"))

/** Whether a public module declares or exports a class. */
const isPublic = ({ file, name }: (typeof declared)[number]): boolean =>
  modules.has(file) || texts.some((text) => new RegExp(`^export \\{[^}]*\\b${name}\\b[^}]*\\}`, "m").test(text))

const isNamed = (tag: string): boolean => [errors, ...pages].some((page) => page.includes(`\`${tag}\``))

describe("docs/guide/errors.md", () => {
  it("or the page of its area names each public error and each of its reasons", () => {
    const missing = declared.filter((each) => isPublic(each) && !isNamed(each.tag))
    assert.isAbove(declared.length, 50)
    assert.deepStrictEqual(
      missing.map(({ file, tag }) => `${tag} of ${file}`),
      []
    )
  })

  it("names each reason for which users are told a text, and each refusal of a middleware", () => {
    const [, section = ""] = errors.split("## What users are told")
    const missing = Object.keys(ErrorReply.defaultTexts).filter((key) => !section.includes(`\`${key}\``))
    assert.deepStrictEqual(missing, [])
  })
})
