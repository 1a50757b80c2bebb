/**
 * The templates of `npm create fibercord`, as a newcomer gets them: created by the packed command beside the packed
 * fibercord, installed from their lockfiles, type-checked by TypeScript 7 and 5.9, tested, and started. The template http
 * is tested and deployed by `path.ts`.
 */
import { Effect } from "effect"
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bots from "./create/bots.ts"
import * as Image from "./create/image.ts"
import { create, make, type Packed, quietly, root } from "./create/packed.ts"
import { expect, run } from "./create/processes.ts"

const say = (line: string) => Effect.sync(() => console.log(line))

/** The packages of a lockfile by where they are, without the project itself. */
const packagesOf = (folder: string): ReadonlyMap<string, string> => {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"))
  return new Map(
    Object.entries(packages as Record<string, { version: string; integrity: string }>)
      .filter(([path]) => path !== "")
      .map(([path, { integrity, version }]) => [path, `${version} ${integrity}`])
  )
}

/** Gives a project the packages of another one, if that has all that its lockfile says, in the same places. */
const share = (project: string, installed: string) =>
  Effect.gen(function* () {
    const all = packagesOf(installed)
    const others = [...packagesOf(project)].filter(([path, what]) => all.get(path) !== what)
    yield* expect(others.length === 0, () => `${project} locks others than ${installed}: ${others.join(", ")}`)
    symlinkSync(join(installed, "node_modules"), join(project, "node_modules"), "junction")
  })

/** All of them in one program of the older compiler: what they share is checked once. */
const checkByOlder = (folder: string, projects: ReadonlyArray<string>) => {
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, projects[0] ?? "", "tsconfig.json"), "utf8"))
  const include = projects.flatMap((name) => [`${name}/src`, `${name}/test`, `${name}/*.ts`])
  const typeRoots = [join(folder, projects[0] ?? "", "node_modules/@types")]
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots }, include })
  )
  const tsc = join(root, "node_modules/typescript-5.9/bin/tsc")
  // It makes more short-lived objects than Node has room for by default.
  return run("node", ["--max-semi-space-size=64", tsc, "--project", folder], { cwd: folder })
}

const test = (cwd: string) => run("npm", ["test"], { cwd })

const installAndTest = (folder: string, { fibercord }: Packed) => {
  const at = (name: string) => join(folder, name)
  const ci = (name: string) => run("npm", ["ci", ...quietly], { cwd: at(name) })
  const shared = Effect.gen(function* () {
    yield* ci("cluster bot")
    const advice = at("cluster bot/node_modules/fibercord/AGENTS.md")
    yield* expect(existsSync(advice), () => `AGENTS.md of the templates points to ${advice}, which is not there`)
    yield* share(at("gateway bot"), at("cluster bot"))
    yield* share(at("http bot"), at("cluster bot"))
    yield* Effect.all(
      [
        test(at("cluster bot")),
        test(at("gateway bot")),
        checkByOlder(folder, ["cluster bot", "gateway bot", "http bot"]),
        Effect.flatMap(Bots.gateway(at("gateway bot")), say)
      ],
      { concurrency: 2, discard: true }
    )
    yield* say(`cluster, gateway: installed by npm ci from ${fibercord}, type-checked and tested; http: type-checked`)
  })
  const alone = Effect.gen(function* () {
    yield* ci("workers bot")
    yield* test(at("workers bot"))
    yield* say("workers: installed by npm ci, type-checked and tested")
    yield* Effect.flatMap(Bots.workers(at("workers bot")), say)
  })
  const deployed = Effect.gen(function* () {
    const bundled = yield* Image.build(at("gateway bot"), at("gateway image"))
    yield* Effect.flatMap(Bots.gatewayImage(bundled), say)
    const image = yield* Image.build(at("cluster bot"), at("cluster image"))
    yield* Effect.flatMap(Bots.cluster(at("cluster bot"), image), say)
  })
  return Effect.all([shared, alone, deployed], { concurrency: "unbounded", discard: true })
}

const all = Effect.gen(function* () {
  const packed = yield* make
  const { folder } = packed
  const names = ["gateway", "http", "workers", "cluster"]
  yield* create(packed, ...names.map((name) => [`${name} bot`, "--template", name, "--no-install", "--no-git"]))
  yield* installAndTest(folder, packed)
}).pipe(Effect.scoped, Effect.timeout("10 minutes"))

await Effect.runPromise(all)
