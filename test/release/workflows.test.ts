/** The files of `.github`: what they run exists, and what they name is what is supported. */
import { assert, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"
import { parse } from "yaml"
import { supported } from "../../scripts/release/supported.ts"

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly with?: { readonly "node-version"?: number }
}

interface Job {
  readonly environment?: string
  readonly needs?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: ReadonlyArray<Step>
  readonly strategy?: { readonly matrix: Readonly<Record<string, ReadonlyArray<string>>> }
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const read = (file: string) => parse(readFileSync(file, "utf8"))
const manifest = JSON.parse(readFileSync("package.json", "utf8"))
const workflows: ReadonlyArray<Workflow> = globSync(".github/workflows/*.yml").map(read)
const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps))

it("what the workflows run exists", () => {
  const commands = steps.flatMap(({ run }) => (run === undefined ? [] : run.trim().split("\n")))
  assert.isAbove(commands.length, 5)
  for (const command of commands) {
    const [, script] = /^npm run ([\w:]+)/.exec(command) ?? []
    if (script === undefined) assert.isTrue(command === "npm ci" || existsSync(command), command)
    else assert.property(manifest.scripts, script)
  }
})

it("they run on a supported Node, the one of the dev dependency", () => {
  const versions = steps.flatMap((step) => step.with?.["node-version"] ?? [])
  const [node] = supported
  assert.deepStrictEqual([...new Set(versions)], [Number.parseInt(manifest.devDependencies.node)])
  assert.isTrue(node.versions.some((version) => version.startsWith(`${versions[0]}.`)))
})

it("CI runs the lowest and the newest Effect", () => {
  const { effect } = read(".github/workflows/ci.yml").jobs
  assert.deepStrictEqual(effect.strategy.matrix.effect, ["lowest", "newest"])
})

it("actions are named by a major version or a commit, and may write nothing", () => {
  for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/)
  for (const workflow of workflows) assert.deepStrictEqual(workflow.permissions, { contents: "read" })
})

it("only the job that publishes gets an identity, after the tests and an approval", () => {
  const { publish, ...others } = (read(".github/workflows/release.yml") as Workflow).jobs
  assert.deepStrictEqual(publish?.permissions, { contents: "read", "id-token": "write" })
  assert.strictEqual(publish?.needs, "test")
  assert.strictEqual(publish?.environment, "npm")
  for (const job of Object.values(others)) assert.isUndefined(job.permissions)
})

it("a bug asks for versions, platform and a reproduction", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/{bug,feature,question}.yml").map(read)
  assert.lengthOf(forms, 3)
  for (const { body } of forms) {
    const ids = body.map(({ id }: { readonly id: string }) => id)
    assert.strictEqual(new Set(ids).size, ids.length)
  }
  const bug = read(".github/ISSUE_TEMPLATE/bug.yml").body
  const required = bug.filter((field: { readonly validations?: object }) => field.validations !== undefined)
  assert.deepStrictEqual(
    required.map(({ id }: { readonly id: string }) => id),
    ["what", "reproduction", "version", "platform", "platform-version"]
  )
})

it("both packages have one version, a licence, and where they come from", () => {
  const create = JSON.parse(readFileSync("packages/create/package.json", "utf8"))
  assert.strictEqual(create.version, manifest.version)
  for (const each of [manifest, create]) {
    assert.strictEqual(each.license, "MIT")
    assert.strictEqual(each.repository.url, manifest.repository.url)
    assert.isUndefined(each.private)
  }
})
