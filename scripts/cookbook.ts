/**
 * Writes the pages of the cookbook from its recipes: the leading comment of `examples/cookbook/<recipe>.ts` is the text
 * of `docs/cookbook/<recipe>.md`, and the code below it is the program. With `--check`, only says what differs.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "./documents.ts"
import { groups } from "./recipes.ts"

const sources = join(root, "examples/cookbook")
const pages = join(root, "docs/cookbook")

interface Recipe {
  readonly name: string
  readonly title: string
  /** The first paragraph: what the recipe is for. */
  readonly summary: string
  /** The paragraphs and lists below the program. */
  readonly details: string
  readonly code: string
}

/** The text of a comment, with the lines of each paragraph and of each item of a list joined. */
const unwrap = (comment: string): string =>
  comment
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, ""))
    .join("\n")
    .trim()
    .replaceAll(/([^\n])\n(?![\n#]|- )\s*/g, "$1 ")

const read = (name: string): Recipe => {
  const source = readFileSync(join(sources, `${name}.ts`), "utf8")
  const parts = /^\/\*\*\n([\s\S]*?)\n \*\/\n([\s\S]*)$/.exec(source)
  if (parts === null) throw new Error(`${name}.ts does not begin with a comment`)
  const [, comment = "", code = ""] = parts
  const [title = "", summary = "", ...details] = unwrap(comment).split("\n\n")
  if (!title.startsWith("# ")) throw new Error(`the comment of ${name}.ts does not begin with a title`)
  return { name, title: title.slice(2), summary, details: details.join("\n\n"), code: code.trim() }
}

const page = ({ code, details, name, summary, title }: Recipe, test: string): string =>
  [
    `# ${title}`,
    summary,
    `\`\`\`ts\n// ${name}.ts\n${code}\n\`\`\``,
    details,
    `[The file](../../examples/cookbook/${name}.ts), [the test that plays it](../../test/cookbook/${test}), and [all recipes](index.md).`
  ].join("\n\n") + "\n"

const index = (recipes: ReadonlyMap<string, Recipe>): string => {
  const line = (name: string): string => {
    const { summary, title } = recipes.get(name) ?? read(name)
    return `- [${title}](${name}.md): ${summary}`
  }
  return (
    [
      "# Cookbook",
      "How do I …? Each recipe answers one question that authors of bots ask, with a file that you can copy: it needs only `fibercord` and `effect`, handles its errors, and is played against the [fake Discord](../guide/testing.md) in a test. What it exports goes into [your bot](../guide/bot.md): commands and components are `interactions` of `Bot.layer`, and Layers are merged with it.",
      ...groups.flatMap(({ recipes, title }) => [`## ${title}`, recipes.map(line).join("\n")]),
      "Whole bots are among the [examples](../guide/examples.md)."
    ].join("\n\n") + "\n"
  )
}

/** The test file that imports each recipe. */
const findTests = (): ReadonlyMap<string, string> => {
  const folder = join(root, "test/cookbook")
  const tests = readdirSync(folder).filter((file) => file.endsWith(".test.ts"))
  return new Map(
    tests.flatMap((test) => {
      const source = readFileSync(join(folder, test), "utf8")
      return [...source.matchAll(/examples\/cookbook\/([\w-]+)\.ts/g)].map(([, name = ""]) => [name, test] as const)
    })
  )
}

const format = (contents: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const folder = mkdtempSync(join(tmpdir(), "fibercord-cookbook-"))
  try {
    for (const [file, content] of contents) writeFileSync(join(folder, file), content)
    execFileSync(join(root, "node_modules/.bin/oxfmt"), ["-c", join(root, ".oxfmtrc.json"), folder], { cwd: root })
    return new Map([...contents.keys()].map((file) => [file, readFileSync(join(folder, file), "utf8")]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const listed = groups.flatMap(({ recipes }) => recipes)
const files = readdirSync(sources).map((file) => file.replace(/\.ts$/, ""))
const tests = findTests()
const problems = [
  ...files.filter((name) => !listed.includes(name)).map((name) => `${name}.ts is in no group of scripts/recipes.ts`),
  ...listed.filter((name) => !files.includes(name)).map((name) => `there is no examples/cookbook/${name}.ts`),
  ...files.filter((name) => !tests.has(name)).map((name) => `no test in test/cookbook imports ${name}.ts`)
]

if (problems.length === 0) {
  const recipes = new Map(listed.map((name) => [name, read(name)]))
  const contents = new Map(
    [...recipes.values()].map((recipe) => [`${recipe.name}.md`, page(recipe, tests.get(recipe.name) ?? "")])
  )
  contents.set("index.md", index(recipes))
  const isCheck = process.argv.includes("--check")
  for (const [file, content] of format(contents)) {
    const path = join(pages, file)
    const isSame = existsSync(path) && readFileSync(path, "utf8") === content
    if (isSame) continue
    if (isCheck) problems.push(`docs/cookbook/${file} is not what its recipe says: run npm run cookbook`)
    else writeFileSync(path, content)
  }
  for (const file of readdirSync(pages).filter((file) => !contents.has(file))) {
    if (isCheck) problems.push(`docs/cookbook/${file} has no recipe`)
    else rmSync(join(pages, file))
  }
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
