/** Links of Markdown. `npm run links` checks those of the repository with the same functions. */
import { assert, describe, it } from "@effect/vitest"
import { siteLink } from "../../docs/.vitepress/links.ts"
import { documentsOf, problemsOf } from "../../scripts/links.ts"
import { anchorsOf, linksOf } from "../../scripts/markdown.ts"

const fence = "```"

describe("what is a link", () => {
  const hrefs = (markdown: string) => linksOf(markdown).map(({ href }) => href)

  it("texts, images, definitions, addresses and attributes have links, with their lines", () => {
    const markdown = `# [a](a.md "title")\n\n![b](b.png) [\`c\`](c.md#d) [![e](e.png)](e.md)\n[f]: f.md\n<https://g.h> <img src="i.png">`
    assert.deepStrictEqual(hrefs(markdown), [
      "a.md",
      "b.png",
      "c.md#d",
      "e.png",
      "e.md",
      "f.md",
      "https://g.h",
      "i.png"
    ])
    assert.strictEqual(linksOf(markdown).at(-1)?.line, 5)
  })

  it("code has none", () => {
    assert.deepStrictEqual(
      hrefs(`${fence}ts\n[a](a.md)\n${fence}\n\`[b](b.md)\` and \`\`[\`c\`](c.md)\`\` [d](d.md)`),
      ["d.md"]
    )
    assert.deepStrictEqual(hrefs(`~~~~\n${fence}\n[a](a.md)\n~~~~\n[b](b.md)`), ["b.md"])
  })
})

it("anchors are those of GitHub: punctuation goes, spaces become hyphens, repeated headings are numbered", () => {
  const markdown = `# A \`Reply.update\`, and [more](x.md)!\n## Bot & co\n### Twice\n### Twice\n#### snake_case — 2.0 Größe\n${fence}\n# code\n${fence}\n<a id="own"></a>`
  assert.deepStrictEqual(
    [...anchorsOf(markdown)],
    ["a-replyupdate-and-more", "bot--co", "twice", "twice-1", "snake_case--20-größe", "own"]
  )
})

describe("what is wrong with a link", () => {
  const problems = (markdown: string) => problemsOf("docs/guide/bot.md", markdown).map((line) => line.split(": ")[1])

  it("files and their anchors exist", () => {
    assert.deepStrictEqual(
      problems("[a](commands.md) [b](../../README.md#a-bot-in-one-screen) [c](../../examples)"),
      []
    )
    assert.deepStrictEqual(problems("[a](none.md)\n![b](none.png)\n[c](commands.md#none)\n[d](#none)"), [
      "none.md does not exist",
      "none.png does not exist",
      "commands.md#none has no anchor #none",
      "#none has no anchor #none"
    ])
  })

  it("links are relative, and stay in the repository", () => {
    assert.deepStrictEqual(problems("[a](/guide/bot)\n[b](../../../x.md)"), [
      "/guide/bot is not relative, so that it works on GitHub",
      "../../../x.md leads out of the repository"
    ])
  })

  it("other addresses are https and well-formed", () => {
    assert.deepStrictEqual(problems("[a](https://effect.website) [b](http://localhost:3000) [c](mailto:a@b.c)"), [])
    assert.deepStrictEqual(problems("[a](http://a.b)\n[b](https://)"), [
      "http://a.b is not https",
      "https:// is no address"
    ])
  })
})

it("no link of the repository is wrong", () => {
  const documents = documentsOf()
  assert.isAbove(documents.length, 50)
  assert.deepStrictEqual(
    documents.flatMap((document) => problemsOf(document)),
    []
  )
})

describe("where links lead to on the site", () => {
  const guide = (href: string) => siteLink("docs/guide/bot.md", href)

  it("pages stay pages", () => {
    assert.strictEqual(guide("commands.md#options"), "./commands.md#options")
    assert.strictEqual(guide("../operating/shards.md"), "../operating/shards.md")
    assert.strictEqual(guide("#here"), "#here")
    assert.strictEqual(guide("https://a.b"), "https://a.b")
  })

  it("what is no page is in the repository", () => {
    const main = "https://github.com/fibercord/fibercord"
    assert.strictEqual(guide("../../README.md#x"), `${main}/blob/main/README.md#x`)
    assert.strictEqual(guide("../../examples/"), `${main}/tree/main/examples`)
    assert.strictEqual(guide("../deploy/bot@.service"), `${main}/blob/main/docs/deploy/bot@.service`)
  })

  it("documents of the root that are pages link to pages, and are linked as pages", () => {
    assert.strictEqual(siteLink("docs/why/architecture.md", "docs/guide/bot.md"), "../guide/bot.md")
    assert.strictEqual(guide("../../ARCHITECTURE.md#rooms"), "../why/architecture.md#rooms")
    assert.match(siteLink("docs/why/architecture.md", "../../ARCHITECTURE.md"), /blob/)
  })
})
