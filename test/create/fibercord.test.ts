/** Which fibercord a project gets, and the lockfile that goes with it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { gzipSync } from "node:zlib"
import { CreateError } from "../../packages/create/src/CreateError.ts"
import * as Project from "../../packages/create/src/project.ts"
import type { File } from "../../packages/create/src/templates.ts"
import { temporary } from "./support/folders.ts"

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

/** An archive in the format of tar, with a file before the one that matters. */
const archive = (files: Readonly<Record<string, string>>): Buffer =>
  gzipSync(
    Buffer.concat(
      Object.entries(files).flatMap(([path, text]) => {
        const content = Buffer.from(text)
        const header = Buffer.alloc(512)
        header.write(path)
        header.write(`${content.length.toString(8).padStart(11, "0")} `, 124)
        return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
      })
    )
  )

const tarball = (folder: string, changes: object): { readonly file: string; readonly integrity: string } => {
  const file = join(folder, "fibercord.tgz")
  const bytes = archive({
    "package/README.md": "# fibercord\n".repeat(100),
    "package/package.json": JSON.stringify({ ...manifest, ...changes })
  })
  writeFileSync(file, bytes)
  return { file, integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}` }
}

const json = (files: ReadonlyArray<File>, path: string) => {
  const file = files.find((file) => file.path === path)
  return file === undefined ? undefined : JSON.parse(file.content)
}

const make = (folder: string, fibercord: string | undefined, packageManager: "npm" | "bun" = "npm") =>
  Effect.promise(() =>
    Project.make({ template: "http", name: "bot", target: join(folder, "a", "bot"), packageManager, fibercord })
  )

describe("a project", () => {
  it.effect("has the version of the template by default, locked by that", () =>
    Effect.gen(function* () {
      const files = yield* make(yield* temporary, undefined)
      const lock = json(files, "package-lock.json")
      assert.strictEqual(json(files, "package.json").dependencies.fibercord, manifest.version)
      assert.strictEqual(lock.packages["node_modules/fibercord"].version, manifest.version)
      assert.deepStrictEqual(lock.packages[""].dependencies, json(files, "package.json").dependencies)
    })
  )

  it.effect("has a tarball, locked by its integrity, if it needs the same packages", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const { file, integrity } = tarball(folder, { version: "9.9.9" })
      const files = yield* make(folder, file)
      const lock = json(files, "package-lock.json")
      const spec = "file:../../fibercord.tgz"
      assert.strictEqual(json(files, "package.json").dependencies.fibercord, spec)
      assert.strictEqual(lock.packages[""].dependencies.fibercord, spec)
      assert.deepInclude(lock.packages["node_modules/fibercord"], { version: "9.9.9", resolved: spec, integrity })
    })
  )

  it.effect("has no lockfile that does not fit", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const { file } = tarball(folder, { dependencies: { ...manifest.dependencies, undici: "^99.0.0" } })
      const version = yield* make(folder, "0.2.0")
      assert.strictEqual(json(version, "package.json").dependencies.fibercord, "0.2.0")
      for (const files of [version, yield* make(folder, file), yield* make(folder, undefined, "bun")]) {
        assert.isUndefined(json(files, "package-lock.json"))
      }
    })
  )

  it.effect("is not made from the tarball of another package", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const { file } = tarball(folder, { name: "fibrecord" })
      const error = yield* Effect.promise(() =>
        Project.make({ template: "http", name: "bot", target: folder, packageManager: "npm", fibercord: file }).catch(
          (error: unknown) => String(error)
        )
      )
      assert.match(String(error), /has the package fibrecord in it, not fibercord/)
    })
  )

  it.effect("is not made from an archive whose package.json cannot be read", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      for (const text of ["", "{", "null", "5", '"fibercord"', "\u0000"]) {
        const file = join(folder, "broken.tgz")
        writeFileSync(file, archive({ "package/package.json": text }))
        const error = yield* Effect.promise(() => made(folder, file).catch((error: unknown) => error))
        assert.instanceOf(error, CreateError, text)
      }
    })
  )

  it.effect("has the tarball that is meant, however its path is written", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const { file, integrity } = tarball(folder, {})
      for (const spec of [
        file,
        "fibercord.tgz",
        "./fibercord.tgz",
        "file:fibercord.tgz",
        `file:${file}`,
        `${pathToFileURL(file)}`
      ]) {
        const files = yield* Effect.promise(() => made(folder, spec))
        assert.strictEqual(json(files, "package.json").dependencies.fibercord, "file:../../fibercord.tgz", spec)
        assert.strictEqual(json(files, "package-lock.json").packages["node_modules/fibercord"].integrity, integrity)
      }
    })
  )
})

/** A project in `a/bot` of the folder, with the paths of somebody who is in that folder. */
const made = (cwd: string, fibercord: string) =>
  Project.make({ template: "http", name: "bot", target: join(cwd, "a", "bot"), cwd, packageManager: "npm", fibercord })
