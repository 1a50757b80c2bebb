/** Discord's markdown as a tree, and times. */
import { assert, describe, it } from "@effect/vitest"
import {
  isJumbo,
  parseMarkdown,
  plainText,
  safeUrl,
  splitItems,
  type Node
} from "../../../src/playground/page/message/markdown.ts"
import { formatBytes, formatTimestamp, relative } from "../../../src/playground/page/message/time.ts"

/** A tree as a short text: `strong(text:b)`. */
const short = (nodes: ReadonlyArray<Node>): string =>
  nodes
    .map(({ content, id, items, name, target, timestamp, type }) => {
      if (items !== undefined) return `${type}[${items.map(short).join("|")}]`
      const inner =
        typeof content === "string" ? content : content === undefined ? (timestamp ?? id ?? name ?? "") : short(content)
      return type === "text" ? inner : `${type}(${inner}${target === undefined ? "" : ` -> ${target}`})`
    })
    .join("")

const id = "1100000000000000003"

describe("markdown", () => {
  const cases: ReadonlyArray<readonly [source: string, tree: string]> = [
    ["**b** *i* __u__ ~~s~~ ||x|| `c`", "strong(b) em(i) underline(u) strikethrough(s) spoiler(x) inlineCode(c)"],
    ["***x***", "em(strong(x))"],
    ["\\*a\\*", "*a*"],
    ["# H\n## I\n### J\n-# sub", "heading(H)heading(I)heading(J)subtext(sub)"],
    ["#no heading", "#no heading"],
    ["> q\nafter", "blockQuote(qbr())after"],
    ["- a\n- b\n  - c\n1. x", "list[a|blist[c]]list[x]"],
    ["* a\n+ b", "list[a]+ b"],
    ["a - b", "a - b"],
    ["> - a\n> - b", "blockQuote(list[a|b])"],
    ["```ts\nx\n```\ny", "codeBlock(x)y"],
    ["[m](https://a.b)", "link(m -> https://a.b)"],
    ["<https://a.b> https://c.d", "autolink(https://a.b -> https://a.b) url(https://c.d -> https://c.d)"],
    [`<@${id}> <@!${id}> <@&${id}> <#${id}>`, `user(${id}) user(${id}) role(${id}) channel(${id})`],
    [`</a b:${id}> @everyone @here`, `slashCommand(${id}) everyone() here()`],
    [`<:n_n:${id}> <a:m_m:${id}>`, `emoji(${id}) emoji(${id})`],
    ["<t:1> <t:2:R> <t:3:s> <t:4:S> <t:5:x>", "timestamp(1) timestamp(2) timestamp(3) timestamp(4) <t:5:x>"],
    ["x 1️⃣ 👨‍👩‍👧 ©", "x twemoji(1️⃣) twemoji(👨‍👩‍👧) ©"],
    ["<a@b.cd>", "mail(a@b.cd)"],
    ["a\nb", "abr()b"]
  ]
  for (const [source, tree] of cases) {
    it(`reads ${JSON.stringify(source)}`, () => assert.strictEqual(short(parseMarkdown(source)), tree))
  }

  it("keeps every text that has no markup, and never throws", () => {
    const pieces = [
      "a",
      "*",
      "_",
      "~~",
      "||",
      "`",
      "\n",
      "> ",
      "- ",
      "# ",
      "<",
      "@1>",
      "[",
      "](",
      ")",
      "<t:",
      "1",
      ":R>",
      "😀",
      "\\",
      "```"
    ]
    let seed = 1
    const next = (bound: number) => (seed = (seed * 48_271) % 2_147_483_647) % bound
    for (let round = 0; round < 500; round++) {
      const source = Array.from({ length: 12 }, () => pieces[next(pieces.length)]).join("")
      assert.isString(plainText(parseMarkdown(source)))
    }
    assert.strictEqual(plainText(parseMarkdown("plain words 12, and more")), "plain words 12, and more")
  })

  it("draws emojis large if there is nothing else, up to thirty", () => {
    assert.isTrue(isJumbo(parseMarkdown("😀 🎉\n😀")))
    assert.isTrue(isJumbo(parseMarkdown("😀".repeat(30))))
    assert.isFalse(isJumbo(parseMarkdown("😀".repeat(31))))
    assert.isFalse(isJumbo(parseMarkdown("😀 hi")))
    assert.isFalse(isJumbo(parseMarkdown("")))
  })

  it("follows no address but those of the web and of Discord", () => {
    const unsafe = [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      " javascript:x",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc",
      "/relative",
      ""
    ]
    for (const target of unsafe) assert.isUndefined(safeUrl(target), target)
    for (const target of ["https://a.b", "http://a.b", "discord://-/x"]) assert.strictEqual(safeUrl(target), target)
  })

  it("gives deeper lines to the item above them", () => {
    assert.deepStrictEqual(splitItems("- a\n  more\n- b\n    - c\n"), ["a\nmore", "b\n  - c"])
  })
})

describe("times", () => {
  const now = Date.UTC(2026, 0, 5, 12)
  it("are written in every style", () => {
    const styles = ["t", "T", "d", "D", "f", "F", "s", "S"]
    const texts = styles.map((style) => formatTimestamp(now, style, now, "en-GB"))
    assert.strictEqual(new Set(texts).size, styles.length)
    assert.strictEqual(formatTimestamp(now, "unknown", now, "en-GB"), formatTimestamp(now, "f", now, "en-GB"))
    assert.strictEqual(formatTimestamp(1e20, "F", now), "Invalid date")
  })
  it("say how far away they are", () => {
    const texts = [0, 5000, -61_000, 3_600_000, -86_400_000 * 3, 86_400_000 * 400].map((far) =>
      relative(now + far, now, "en")
    )
    assert.deepStrictEqual(texts, ["now", "in 5 seconds", "1 minute ago", "in 1 hour", "3 days ago", "next year"])
  })
  it("of files are their sizes", () => {
    assert.deepStrictEqual([12, 4321, 5_000_000].map(formatBytes), ["12 bytes", "4.22 KB", "4.77 MB"])
  })
})
