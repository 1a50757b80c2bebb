import { assert, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { lostSources, machinePaths, misplaced, type Tarball } from "../../scripts/release/tarball.ts"

const fine = ["AGENTS.md", "LICENSE", "README.md", "dist/index.d.ts", "dist/index.js", "package.json", "src/index.ts"]

/** Files of a package in a folder that is removed. */
const within = <A>(contents: Readonly<Record<string, string>>, use: (tarball: Tarball) => A): A => {
  const folder = mkdtempSync(join(tmpdir(), "fibercord-unpacked-"))
  try {
    for (const [file, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), content)
    }
    return use({ name: "fibercord", file: "", folder, files: Object.keys(contents) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

it("a package has no tests, no data and no folders of ours in it", () => {
  assert.deepStrictEqual(misplaced(fine), [])
  const wrong = [
    "src/Bot.test.ts",
    "test/Bot.ts",
    "dist/data.json",
    ".env",
    "src/state.db",
    "dist/tsconfig.tsbuildinfo"
  ]
  assert.deepStrictEqual(
    misplaced([...fine, ...wrong]),
    wrong.map((file) => `${file} does not belong in it`)
  )
})

it("a package is not packed without its build", () => {
  assert.deepStrictEqual(misplaced(fine.filter((file) => !file.startsWith("dist/"))), [
    "dist/index.js is missing",
    "dist/index.d.ts is missing"
  ])
})

it("source maps point to sources in the package, or contain them", () => {
  const map = (sources: ReadonlyArray<string>, sourcesContent?: ReadonlyArray<string>) =>
    JSON.stringify({ version: 3, sources, sourcesContent, mappings: "" })
  const problems = within(
    {
      "src/a.ts": "",
      "dist/a.js": "//# sourceMappingURL=a.js.map\n",
      "dist/a.js.map": map(["../src/a.ts"]),
      "dist/b.js": "//# sourceMappingURL=b.js.map\n",
      "dist/c.js.map": map(["../src/c.ts", "../src/a.ts"]),
      "dist/d.js.map": map(["../src/d.ts"], ["code"])
    },
    lostSources
  )
  assert.deepStrictEqual(problems, [
    "dist/b.js points to b.js.map, which is not there",
    "dist/c.js.map points to ../src/c.ts, which is not in the package"
  ])
})

it("a package names no folder of the machine on which it was built", () => {
  const problems = within({ "dist/a.js": "from /home/me/fibercord/src", "dist/b.js": "" }, (tarball) =>
    machinePaths(tarball, "/home/me/fibercord")
  )
  assert.deepStrictEqual(problems, ["dist/a.js names the folder home/me/fibercord of this machine"])
})
