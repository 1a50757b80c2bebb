/** The command as people run it: a process, mostly without a terminal. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { chmod } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { filesIn, temporary } from "./support/folders.ts"

const main = fileURLToPath(new URL("../../packages/create/src/main.ts", import.meta.url))

interface Options {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  /** Called with each output. */
  readonly onOutput?: (kill: (signal: NodeJS.Signals) => void, output: string) => void
  readonly killAfter?: number
}

const create = (args: ReadonlyArray<string>, { cwd, env, killAfter, onOutput, uid }: Options) =>
  Effect.promise(
    () =>
      new Promise<{ readonly code: number | null; readonly output: string }>((resolve) => {
        const child = spawn(process.execPath, [main, ...args], {
          cwd,
          env: { ...process.env, npm_config_user_agent: "", ...env },
          stdio: ["ignore", "pipe", "pipe"],
          ...(uid === undefined ? {} : { uid, gid: uid })
        })
        let output = ""
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text: string) => {
            output += text
            onOutput?.((signal) => child.kill(signal), output)
          })
        }
        if (killAfter !== undefined) setTimeout(() => child.kill("SIGINT"), killAfter)
        child.on("close", (code) => resolve({ code, output }))
      })
  )

/** A program under a name that the command looks for. */
const program = (folder: string, name: string, script: string) =>
  Effect.promise(async () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  })

const quiet = ["--no-install", "--no-git"]

describe("npm create fibercord", () => {
  it.live("creates a project with the name of its folder, and says what comes next", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const { code, output } = yield* create(["Größe 1", "--template", "gateway", ...quiet], { cwd })
      assert.strictEqual(code, 0, output)
      const files = filesIn(join(cwd, "Größe 1"))
      const manifest = JSON.parse(files.get("package.json") ?? "")
      const lock = JSON.parse(files.get("package-lock.json") ?? "")
      assert.deepStrictEqual([manifest.name, lock.name, lock.packages[""].name], Array(3).fill("grosse-1"))
      assert.include([...files.keys()], ".gitignore")
      for (const [path, content] of files) {
        assert.notMatch(path, /^_|\/_|[<>:"|?*\\]/)
        if (!path.endsWith("lock.json")) assert.notMatch(content, /my-bot(?!\.service)/, path)
      }
      for (const line of ["Created grosse-1", 'cd "Größe 1"', "npm install", "npm test", "npm run dev"]) {
        assert.include(output, line)
      }
    })
  )

  it.live("asks for nothing without a terminal, but says what is missing", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const template = yield* create(["bot"], { cwd })
      assert.strictEqual(template.code, 2)
      assert.match(template.output, /No template was named, and there is no terminal.*gateway, http, workers, cluster/)
      const folder = yield* create(["--template", "http"], { cwd })
      assert.strictEqual(folder.code, 2)
      assert.match(folder.output, /No folder was named/)
      assert.deepStrictEqual(readdirSync(cwd), [])
    })
  )

  it.live("makes a git repository, but none inside of another, and does without git", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const made = yield* create(["bot", "-t", "gateway", "--no-install"], { cwd })
      assert.include(made.output, "Made a git repository")
      assert.isTrue(existsSync(join(cwd, "bot", ".git", "HEAD")))
      yield* create(["bot/inner", "-t", "gateway", "--no-install"], { cwd })
      assert.isFalse(existsSync(join(cwd, "bot", "inner", ".git")))
      const empty = join(cwd, "nothing")
      mkdirSync(empty)
      const without = yield* create(["other", "-t", "gateway", "--no-install"], { cwd, env: { PATH: empty } })
      assert.strictEqual(without.code, 0)
      assert.include(without.output, "git is not installed, so there is no repository")
      assert.isTrue(existsSync(join(cwd, "other", "package.json")))
    })
  )

  it.live("writes nothing where it may not", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const folder = join(cwd, "closed")
      mkdirSync(folder)
      yield* Effect.promise(() => Promise.all([chmod(cwd, 0o755), chmod(folder, 0o555)]))
      // Root may write anywhere.
      const other = process.getuid?.() === 0 ? { uid: 65_534 } : {}
      const { code, output } = yield* create(["closed/bot", "-t", "gateway", ...quiet], { cwd, ...other })
      assert.strictEqual(code, 1, output)
      assert.match(output, /closed cannot be written to: EACCES/)
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.live("is refused a tarball that is none, and a version that is none", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      writeFileSync(join(cwd, "x.tgz"), "no archive")
      const args = ["bot", "-t", "gateway", ...quiet, "--fibercord"]
      const results = yield* Effect.forEach(
        ["x.tgz", "y.tgz", "http://x"],
        (spec) => create([...args, spec], { cwd }),
        {
          concurrency: 3
        }
      )
      assert.deepStrictEqual(
        results.map(({ code }) => code),
        [2, 2, 2]
      )
      const [broken, missing, version] = results.map(({ output }) => output)
      assert.include(broken ?? "", "x.tgz is not the tarball of a package")
      assert.include(missing ?? "", "There is no file")
      assert.include(version ?? "", "neither a version, such as 0.1.0, nor the path of a tarball")
      assert.deepStrictEqual(readdirSync(cwd), ["x.tgz"])
    })
  )

  it.live("leaves a whole project or nothing, whenever Ctrl-C comes", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const delays = Array.from({ length: 8 }, (_, n) => 60 + n * 20)
      const ends = yield* Effect.forEach(
        delays,
        (killAfter, n) => create([`bot ${n}`, "-t", "gateway", ...quiet], { cwd, killAfter }),
        { concurrency: 4 }
      )
      const wholes = readdirSync(cwd)
      for (const name of wholes) assert.isTrue(filesIn(join(cwd, name)).has("package.json"), name)
      assert.strictEqual(wholes.filter((name) => name.startsWith(".")).length, 0, wholes.join())
      for (const [n, { code, output }] of ends.entries()) {
        if (code === 0) assert.include(wholes, `bot ${n}`)
        if (output.includes("Nothing was created")) assert.notInclude(wholes, `bot ${n}`)
      }
    })
  )

  it.live("says what there is when the installation is interrupted, or fails", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const bin = join(cwd, "bin")
      yield* program(bin, "pnpm", "echo at work; exec sleep 60")
      yield* program(bin, "yarn", "echo no network >&2; exit 3")
      symlinkSync("/bin/sleep", join(bin, "sleep"))
      const env = { PATH: `${bin}:/usr/bin:/bin` }
      const args = ["-t", "gateway", "--no-git", "--package-manager"]
      const [stopped, failed, missing] = yield* Effect.all(
        [
          create(["a", ...args, "pnpm"], {
            cwd,
            env,
            onOutput: (kill, output) => output.endsWith("at work\n") && kill("SIGINT")
          }),
          create(["b", ...args, "yarn"], { cwd, env }),
          create(["c", ...args, "bun"], { cwd, env: { PATH: bin } })
        ],
        { concurrency: 3 }
      )
      assert.strictEqual(stopped.code, 130)
      assert.match(stopped.output, /Interrupted\. The files are in .*a\. To install packages: pnpm install/)
      assert.strictEqual(failed.code, 1)
      assert.match(failed.output, /yarn install ended with code 3\. The files are in .*b: run it there again/)
      assert.strictEqual(missing.code, 1)
      assert.match(missing.output, /bun is not installed\. The files are in/)
      for (const name of ["a", "b", "c"]) {
        assert.isTrue(existsSync(join(cwd, name, "package.json")))
        assert.isFalse(existsSync(join(cwd, name, "package-lock.json")), "npm's lockfile is npm's alone")
      }
    })
  )

  it.live("does its work once when it is started twice", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const twice = yield* Effect.forEach([1, 2], () => create(["bot", "-t", "gateway", ...quiet], { cwd }), {
        concurrency: 2
      })
      assert.deepStrictEqual(twice.map(({ code }) => code).sort(), [0, 1])
      assert.isTrue(twice.some(({ output }) => output.includes("is not empty: it has")))
      assert.deepStrictEqual(readdirSync(cwd), ["bot"])
    })
  )

  it.live("shows its help and its version", () =>
    Effect.gen(function* () {
      const cwd = yield* temporary
      const help = yield* create(["--help"], { cwd })
      assert.match(help.output, /npm create fibercord@latest <folder> -- \[options\].*gateway.*http.*workers.*cluster/s)
      const { version } = JSON.parse(
        readFileSync(new URL("../../packages/create/package.json", import.meta.url), "utf8")
      )
      assert.strictEqual((yield* create(["--version"], { cwd })).output, `${version}\n`)
    })
  )
})
