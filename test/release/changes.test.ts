import { assert, it } from "@effect/vitest"
import { type Fragment, fragments, kinds, parse, unexplained } from "../../scripts/release/changes.ts"
import { complete, insert, isPending, next, section } from "../../scripts/release/version.ts"

const write = (text: string, kind = "fixed", owner = "fibercord") =>
  `---\npackage: ${owner}\nkind: ${kind}\n---\n\n${text}\n`
const read = (content: string) => parse("changes/a.md", content)
const problem = (content: string) => {
  const parsed = read(content)
  return "problem" in parsed ? parsed.problem : undefined
}
const fragment = (text: string, kind: Fragment["kind"] = "fixed"): Fragment => ({
  file: "changes/a.md",
  package: "fibercord",
  kind,
  text
})

it("the fragments of the repository can be read", () => {
  assert.deepStrictEqual(
    fragments().filter((each) => "problem" in each),
    []
  )
})

it("a fragment names a package, a kind and an area, and is a sentence", () => {
  assert.deepStrictEqual(read(write("Gateway: shards resume.")), fragment("Gateway: shards resume."))
  assert.isUndefined(problem(write("REST, Proxy: `fetch` is used.\n\nMore about it", "added", "create-fibercord")))
  assert.match(problem("Gateway: shards resume.") ?? "", /expected `package: fibercord/)
  assert.match(problem(write("Gateway: shards resume.", "better")) ?? "", /kind: breaking/)
  assert.match(problem(write("Gateway: shards resume.", "fixed", "docs")) ?? "", /package: fibercord/)
  assert.match(problem(write("shards resume.")) ?? "", /begins with its area/)
  assert.match(problem(write("Gateway: shards resume")) ?? "", /full stop/)
  assert.match(problem(write(`Gateway: ${"on and ".repeat(80)}.`)) ?? "", /at most 400/)
  assert.match(problem(write("Gateway: WIP.")) ?? "", /not finished/)
})

it("what is published does not change without a fragment for its package", () => {
  const found = [fragment("Gateway: shards resume.")]
  const gateway = "src/gateway/ShardManager.ts"
  assert.deepStrictEqual(unexplained([gateway], []), ["fibercord"])
  // A fragment of an earlier change explains nothing.
  assert.deepStrictEqual(unexplained([gateway], found), ["fibercord"])
  assert.deepStrictEqual(unexplained([gateway, "changes/a.md"], found), [])
  assert.deepStrictEqual(unexplained([gateway, "packages/create/src/main.ts", "changes/a.md"], found), [
    "create-fibercord"
  ])
  assert.deepStrictEqual(unexplained(["test/a.test.ts", "docs/index.md", "packages/create/test/a.ts"], []), [])
  // A release moves them into the changelog.
  assert.deepStrictEqual(unexplained([gateway, "CHANGELOG.md"], []), [])
  assert.deepStrictEqual(unexplained(["packages/create/CHANGELOG.md"], []), [])
})

it("before 1.0 what breaks raises the minor version, and what does not the patch", () => {
  const all = ["fixed", "none", "added", "deprecated"] as const
  assert.strictEqual(next("0.1.4", all), "0.1.5")
  assert.strictEqual(next("0.1.4", [...all, "breaking"]), "0.2.0")
})

it("from 1.0 on versions are semantic", () => {
  assert.strictEqual(next("1.4.2", ["fixed"]), "1.4.3")
  assert.strictEqual(next("1.4.2", ["fixed", "deprecated"]), "1.5.0")
  assert.strictEqual(next("1.4.2", ["fixed", "added"]), "1.5.0")
  assert.strictEqual(next("1.4.2", ["breaking", "added"]), "2.0.0")
})

it("a release lists changes by kind, and leaves out what users do not see", () => {
  const all = [fragment("REST: a.\n\nMore.", "fixed"), fragment("Bot: b.", "breaking"), fragment("Tests: c.", "none")]
  const text = section("0.2.0", "2027-01-02", all)
  assert.strictEqual(text, "## 0.2.0 (2027-01-02)\n\n### Breaking\n\n- Bot: b.\n\n### Fixed\n\n- REST: a.\n\n  More.")
  assert.strictEqual(
    insert("# Changelog\n\nText.\n\n## 0.1.0\n", text),
    `# Changelog\n\nText.\n\n${text}\n\n## 0.1.0\n`
  )
  assert.match(section("0.2.0", "2027-01-02", []), /Nothing that users see/)
  assert.strictEqual(insert("# Changelog\n", text), `# Changelog\n\n${text}\n`)
  assert.sameMembers(Object.keys(kinds), ["breaking", "added", "deprecated", "fixed", "none"])
})

it("a version that was not released yet is not raised: its part of the changelog gets its day, and lists more", () => {
  const changelog = "# Changelog\n\n## 0.1.0\n\nThe first.\n\n### Added\n\n- A: a.\n\n### Fixed\n\n- B: b.\n"
  assert.isTrue(isPending(changelog, "0.1.0"))
  const all = [fragment("C: c.", "added"), fragment("D: d.", "breaking"), fragment("E: e.", "none")]
  const completed = complete(changelog, "0.1.0", "2027-01-02", all)
  assert.strictEqual(
    completed,
    "# Changelog\n\n## 0.1.0 (2027-01-02)\n\nThe first.\n\n### Added\n\n- A: a.\n- C: c.\n\n### Fixed\n\n- B: b.\n\n### Breaking\n\n- D: d.\n"
  )
  assert.isFalse(isPending(completed, "0.1.0"))
  const older = complete(
    "# Changelog\n\n## 0.2.0\n\nText.\n\n## 0.1.0 (2027-01-02)\n\nOld.\n",
    "0.2.0",
    "2027-02-03",
    []
  )
  assert.strictEqual(older, "# Changelog\n\n## 0.2.0 (2027-02-03)\n\nText.\n\n## 0.1.0 (2027-01-02)\n\nOld.\n")
})
