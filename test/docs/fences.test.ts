/** The checks of the documents' fences: what they let pass, and what they find. */
import { assert, describe, it } from "@effect/vitest"
import { countsTable } from "../../scripts/blocks/countsTable.ts"
import { problemsOfFences } from "../../scripts/blocks/fences.ts"
import { problemsOfNames } from "../../scripts/blocks/names.ts"
import { commentsOf, documents, fencesOf, markdownOf, sources } from "../../scripts/documents.ts"

const fence = (language: string, ...code: ReadonlyArray<string>): string =>
  ["Text", "", `\`\`\`${language}`, ...code, "```", ""].join("\n")

const messages = (language: string, ...code: ReadonlyArray<string>): ReadonlyArray<string> =>
  problemsOfFences("README.md", fence(language, ...code)).map(({ line, message }) => `${line}: ${message}`)

describe("fences", () => {
  it("of documents and doc comments have a known language and pass its check", () => {
    assert.deepStrictEqual(
      [...documents, ...sources].flatMap((file) => problemsOfFences(file, markdownOf(file))),
      []
    )
  })

  it("are as many as docs/why/guarantees.md says", () => {
    const table = countsTable()
    const total = [...documents, ...sources].flatMap((file) => fencesOf(markdownOf(file))).length
    const [, ts, played, ...others] = (table.split("\n").at(-1) ?? "").split("|").slice(1, -1).map(Number)
    assert.strictEqual(
      others.reduce((sum, count) => sum + count, ts ?? 0),
      total
    )
    assert.isAbove(played ?? 0, 150)
    assert.include(markdownOf("docs/why/guarantees.md"), table, "run `npm run tables`")
  })

  it("are read with their languages, also in lists and in doc comments", () => {
    const list = "- one\n\n  ```sh\n  npm ci\n    deeper\n  ```\n"
    assert.deepStrictEqual(fencesOf(list), [{ language: "sh", start: 3, code: ["npm ci", "  deeper"] }])
    assert.deepStrictEqual(fencesOf(fence("ts live", "x")), [{ language: "ts", live: true, start: 3, code: ["x"] }])
    const comment = "const a = 1\n/**\n * A\n *\n * ```ts\n * const b = 2\n * ```\n */\nconst c = `\n```\n`"
    assert.deepStrictEqual(fencesOf(commentsOf(comment)), [{ language: "ts", start: 5, code: ["const b = 2"] }])
  })

  it("without a language, with another one, or without an end are refused", () => {
    for (const language of ["", "js", "typescript", "bash", "ts twoslash"]) {
      assert.lengthOf(messages(language, "x"), 1, language)
    }
    assert.lengthOf(problemsOfFences("README.md", "```sh\nnpm ci\n"), 1)
  })
})

describe("a block of sh", () => {
  it("may use what exists", () => {
    assert.deepStrictEqual(
      messages(
        "sh",
        "npm ci && npm start   # a comment: npm run nothing",
        "npm run vitest -- test/runtime/Runtimes.test.ts",
        "DISCORD_TOKEN=… node --import fibercord/inspector/preload examples/counter.ts",
        "npx fibercord dev examples/counter.ts --port 0 -- --flag",
        "curl -s http://127.0.0.1:9320/state | jq '.shards[] | {id, stage}'",
        "for member in 1 2; do",
        "  systemctl restart bot@$member",
        "done",
        "docker build \\",
        "  --tag bot ."
      ),
      []
    )
  })

  it("must not use what does not", () => {
    assert.deepStrictEqual(
      messages(
        "sh",
        "npm run nothing",
        "npm instal fibercord",
        "npx fibercord dev examples/counter.ts --prt 0",
        "npx fibercord start examples/counter.ts",
        "npx fibercord dev examples/nothing.ts",
        "node examples/nothing.ts",
        "node --import fibercord/nothing bot.ts",
        "DISCORD_TOKENS=… node bot.ts",
        "npx nothing",
        "nothing --flag"
      ).map((message) => message.replace(/^\d+: /, "").replace(/[;'.].*$/, "")),
      [
        "package",
        "npm has no command instal",
        "Unknown option ",
        "There is no command start, expected: dev",
        "there is no file examples/nothing",
        "there is no file examples/nothing",
        "there is no entry point fibercord/nothing",
        "no code reads the variable DISCORD_TOKENS",
        "npx runs the unknown command nothing",
        "there is no command nothing"
      ]
    )
  })
})

describe("a block of data", () => {
  it("may be what its format allows", () => {
    assert.deepStrictEqual(messages("json", '{ "a": [1] }'), [])
    assert.deepStrictEqual(
      messages(
        "yaml",
        "a: 1",
        "---",
        "kind: Service",
        "apiVersion: v1",
        "metadata: { name: a }",
        "spec: { ports: [] }"
      ),
      []
    )
    assert.deepStrictEqual(
      messages(
        "toml",
        "# a comment",
        'name = "bot" # another',
        "list = [",
        '  "a",',
        "  'b'",
        "]",
        "[vars]",
        "a.b = { c = 1, d = [true, 2026-01-01] }",
        "[[rules]]"
      ),
      []
    )
    assert.deepStrictEqual(
      messages("dockerfile", "# syntax", "FROM node:24", "RUN npm ci \\", "  --omit=dev", 'CMD ["node", "bot.ts"]'),
      []
    )
  })

  it("must not be anything else", () => {
    assert.lengthOf(messages("json", "{ a: 1 }"), 1)
    assert.lengthOf(messages("yaml", "a: b: c"), 1)
    assert.lengthOf(messages("yaml", "kind: Deployment", "apiVersion: apps/v1", "metadata: { name: a }", "spec: {}"), 1)
    assert.lengthOf(messages("toml", "name = bot"), 1)
    assert.lengthOf(messages("toml", "list = [1"), 1)
    assert.lengthOf(messages("dockerfile", "RUN npm ci"), 1)
    assert.lengthOf(messages("dockerfile", "FROM node:24", "START node bot.ts"), 1)
    assert.lengthOf(messages("dockerfile", "FROM node:24", "CMD ['node']"), 1)
  })
})

describe("names in prose", () => {
  const messages = (text: string) =>
    problemsOfNames("README.md", text).map(({ line, message }) => `${line}: ${message}`)

  it("of all documents and doc comments are names of the package and of Effect, and variables that code reads", () => {
    assert.deepStrictEqual(
      [...documents, ...sources].flatMap((file) => problemsOfNames(file, markdownOf(file))),
      []
    )
  })

  it("that went stale are found", () => {
    assert.deepStrictEqual(
      messages("`Reply.update`, `ShardManager.layer({ shards })`, `Effect.fn`, `fibercord/http`"),
      []
    )
    assert.deepStrictEqual(
      messages("`DISCORD_TOKEN`, `Interactions.test.ts`, `NodeRuntime.runMain`, `ShardManager.assign`"),
      []
    )
    assert.deepStrictEqual(messages("`Something.else`, `Reply.Message.sendAll`"), [
      "1: there is no Something, of which there is Something.else",
      "1: Reply has no sendAll"
    ])
    // `reply` is a word of that file, and no export.
    assert.deepStrictEqual(messages("`Reply.reply`"), ["1: Reply has no reply"])
    assert.deepStrictEqual(messages("Text\n`Reply.upsert(message)`, `Effect.catchAll`"), [
      "2: Reply has no upsert",
      "2: Effect has no catchAll"
    ])
    assert.deepStrictEqual(messages("`fibercord/https` and `DISCORD_TOKENS`"), [
      "1: there is no entry point fibercord/https",
      "1: no code reads the variable DISCORD_TOKENS"
    ])
    assert.deepStrictEqual(messages("```ts\nconst a = `Reply.upsert`\n```"), [])
  })
})
