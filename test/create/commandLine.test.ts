import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { read } from "../../packages/create/src/commandLine.ts"
import { CreateError } from "../../packages/create/src/CreateError.ts"
import {
  folderProblem,
  packageNameProblem,
  pathProblem,
  slugOf,
  typedProblem
} from "../../packages/create/src/names.ts"
import { nextSteps } from "../../packages/create/src/nextSteps.ts"
import { running } from "../../packages/create/src/packageManagers.ts"
import { nearest } from "../../packages/create/src/suggest.ts"

const refusal = (...args: ReadonlyArray<string>): string => {
  try {
    read(args)
  } catch (error) {
    assert.instanceOf(error, CreateError)
    assert.strictEqual(error.exitCode, 2)
    return error.message
  }
  return assert.fail(`${args.join(" ")} was accepted`)
}

describe("what is typed", () => {
  it("is read as it is meant", () => {
    assert.deepStrictEqual(read(["my-bot", "--template", "http", "--name=@me/bot", "--no-git"]), {
      _tag: "Create",
      request: {
        folder: "my-bot",
        template: "http",
        name: "@me/bot",
        fibercord: undefined,
        packageManager: undefined,
        install: true,
        git: false
      }
    })
    const all = read(["-t", "workers", "--package-manager", "pnpm", "--fibercord", "x.tgz", "--no-install", "a b"])
    assert.deepInclude(all, { _tag: "Create" })
    assert.deepStrictEqual(read(["my-bot", "--nonsense", "-h"].filter((arg) => arg !== "--nonsense")), { _tag: "Help" })
    assert.deepStrictEqual(read(["--version"]), { _tag: "Version" })
  })

  it("is refused with what is wrong, what was expected, and what was probably meant", () => {
    assert.match(refusal("my-bot", "--templat", "http"), /no option --templat\. Did you mean --template\?/)
    assert.match(refusal("my-bot", "--nogit"), /no option --nogit\. Did you mean --no-git\?/)
    assert.match(refusal("my-bot", "-x"), /no option -x\. Expected one of --template, /)
    assert.match(
      refusal("a", "-t", "wokers"),
      /no template wokers\. Did you mean workers\? Expected one of gateway, http/
    )
    assert.match(refusal("a", "-t", "serverless"), /no template serverless\. Expected one of/)
    assert.match(refusal("a", "--package-manager", "npn"), /no package manager npn\. Did you mean npm\?/)
    assert.match(refusal("a", "b"), /Expected one folder, and got "a", "b"$/)
    // What is left of `npm create fibercord a --template gateway`.
    assert.match(refusal("a", "gateway"), /got "a", "gateway"\. Options come after --: npm create .* -- --template/)
    assert.match(refusal(""), /name of the folder is empty/)
    assert.match(refusal("a", "-t"), /^-t has no value\. Expected one of gateway, http/)
    assert.match(refusal("a", "--template="), /^--template has no value\. Expected one of gateway, http/)
    assert.match(refusal("a", "--fibercord", ""), /^--fibercord has no value\. Expected a version, or the path/)
    assert.match(refusal("a", "--name="), /^--name has no value\. Expected a name as npm takes it/)
    assert.match(
      refusal("a", "--name", "My Bot"),
      /--name "My Bot" has capital letters\. Expected a name as npm takes it/
    )
  })
})

describe("a name", () => {
  it("is refused as npm would refuse it", () => {
    for (const name of ["my-bot", "a", "@me/my.bot", "bot_2", "a".repeat(214)]) {
      assert.isUndefined(packageNameProblem(name), name)
    }
    const bad = ["", "A", "a b", "ä", ".a", "_a", "-a", "@a", "@a/b/c", "@/b", "a/b", "node_modules", "a".repeat(215)]
    for (const name of bad) assert.isString(packageNameProblem(name), name)
  })

  it("is made of a folder's, in letters that npm, Kubernetes and Cloudflare take", () => {
    assert.deepStrictEqual(["My Bot", "Größe ÄÖ", "42 bots", "ボット", "a--b__c.", `${"x".repeat(49)} y`].map(slugOf), [
      "my-bot",
      "grosse-ao",
      "bots",
      "my-bot",
      "a-b-c",
      "x".repeat(49)
    ])
  })

  it("of a folder is refused where Windows would not take it", () => {
    for (const name of ["CON", "nul.txt", "a:b", "bot.", "bot ", "what?"]) {
      assert.isString(folderProblem(name, "win32"), name)
      assert.isUndefined(folderProblem(name, "linux"), name)
    }
    for (const name of ["my bot", "ボット", "console"]) assert.isUndefined(folderProblem(name, "win32"), name)
    assert.isString(folderProblem("a\0b", "linux"))
  })

  it("of a folder that only shells know is refused", () => {
    for (const name of ["~", "~/bot", "~\\bot"]) assert.include(typedProblem(name) ?? "", "begins with ~")
    for (const name of ["~bot", "a/~/b", "./~", "bot~"]) assert.isUndefined(typedProblem(name), name)
  })

  it("of a folder is refused where Node does not run TypeScript", () => {
    for (const path of ["/a/node_modules", "/a/node_modules/b", "C:\\node_modules\\b"])
      assert.isString(pathProblem(path), path)
    for (const path of ["/a/node_modules2/b", "/a/my-bot"]) assert.isUndefined(pathProblem(path), path)
  })
})

describe("the way into the folder", () => {
  const wayInto = (folder: string, platform: NodeJS.Platform) =>
    nextSteps({
      folder,
      platform,
      template: "gateway",
      packageManager: "npm",
      installed: true,
      nodeVersion: "24.0.0"
    })
      .split("\n")
      .find((line) => line.includes("cd "))
      ?.trim()

  it("is that folder, whatever a shell makes of its name", () => {
    assert.strictEqual(wayInto("my-bot", "linux"), "cd my-bot")
    assert.strictEqual(wayInto("a\\b", "win32"), "cd a\\b")
    assert.strictEqual(wayInto("my bot", "win32"), 'cd "my bot"')
    for (const name of [
      "-x",
      "$(touch y)",
      "`touch y`",
      'a"b',
      "it's $HOME",
      "a\\b",
      "é ボ",
      "*",
      "!!",
      "a\nb",
      "a;b",
      "~x"
    ]) {
      const typed = nextSteps({
        folder: name,
        platform: "linux",
        template: "gateway",
        packageManager: "npm",
        installed: true,
        nodeVersion: "24.0.0"
      })
      const command = /^ {2}cd (?<path>[\s\S]*?)(?= *\n {2}npm test)/m.exec(typed)?.groups?.["path"] ?? ""
      const read = execFileSync("sh", ["-c", `printf %s ${command}`], { encoding: "utf8" })
      assert.strictEqual(read, name.startsWith("-") ? `./${name}` : name, command)
    }
  })
})

describe("advice", () => {
  it("suggests words that are near, and no others", () => {
    assert.strictEqual(nearest("gatway", ["gateway", "http"]), "gateway")
    assert.strictEqual(nearest("HTTP", ["gateway", "http"]), "http")
    assert.isUndefined(nearest("lambda", ["gateway", "http"]))
  })

  it("names the commands of the package manager that runs", () => {
    assert.strictEqual(running("pnpm/10.34.9 npm/? node/v24.21.0 linux x64"), "pnpm")
    assert.strictEqual(running("deno/2.9.6"), "npm")
    assert.strictEqual(running(undefined), "npm")
    const steps = nextSteps({
      template: "gateway",
      folder: "my bot",
      packageManager: "yarn",
      installed: false,
      nodeVersion: "20.20.2"
    })
    for (const line of ['cd "my bot"', "yarn install", "yarn test", "yarn dev", "yarn start", "this is Node 20.20.2"]) {
      assert.include(steps, line)
    }
    const here = nextSteps({
      template: "workers",
      folder: "",
      packageManager: "npm",
      installed: true,
      nodeVersion: "24.1.0"
    })
    for (const word of ["cd ", "install", "22.19"]) assert.notInclude(here, word)
    assert.include(here, "npm run deploy")
  })
})
