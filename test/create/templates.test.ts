/** The files of the templates fit their programs, each other, and what the library does. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { parseAllDocuments, parseDocument } from "yaml"
import { folderProblem } from "../../packages/create/src/names.ts"
import * as Project from "../../packages/create/src/project.ts"
import { names, read, type Template } from "../../packages/create/src/templates.ts"

/** JSON and YAML of which a test knows the shape. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any

const files = new Map(
  await Promise.all(
    names.map(
      async (name) => [name, new Map((await read(name)).map(({ content, path }) => [path, content] as const))] as const
    )
  )
)
const text = (template: Template, path: string): string => files.get(template)?.get(path) ?? assert.fail(`no ${path}`)
const json = (template: Template, path: string): Any => JSON.parse(text(template, path))
const yaml = (template: Template, path: string): Any => {
  const document = parseDocument(text(template, path))
  assert.deepStrictEqual([...document.errors, ...document.warnings], [])
  return document.toJS()
}

const matches = (content: string, pattern: RegExp): Array<string> =>
  [...content.matchAll(pattern)].map(([, found = ""]) => found)

describe.each(names)("the template %s", (template) => {
  it("has exact versions, a lockfile, a test, the dev loop and advice for assistants", () => {
    const { dependencies, devDependencies, scripts } = json(template, "package.json")
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      assert.match(String(version), /^\d+\.\d+\.\d+$/)
    }
    assert.strictEqual(json(template, "package-lock.json").lockfileVersion, 3)
    assert.match(scripts.dev, /^fibercord dev /)
    assert.strictEqual(scripts.test, "tsc && vitest run")
    assert.isString(scripts.start)
    for (const path of [".gitignore", ".env.example", "tsconfig.json", "test/bot.test.ts", "README.md"]) {
      assert.isNotEmpty(text(template, path))
    }
    assert.match(text(template, "AGENTS.md"), /^.*`node_modules\/fibercord\/AGENTS\.md`.*\n$/)
    assert.include(text(template, ".gitignore").split("\n"), ".env")
  })

  it("has files that Windows takes, and scripts and documents that name files that exist", () => {
    const paths = [...(files.get(template)?.keys() ?? [])]
    for (const part of paths.flatMap((path) => path.split("/"))) {
      assert.isUndefined(folderProblem(part, "win32"), part)
    }
    assert.strictEqual(new Set(paths.map((path) => path.toLowerCase())).size, paths.length)
    const scripts: ReadonlyArray<string> = Object.values(json(template, "package.json").scripts)
    const named = [
      ...scripts.flatMap((script) => matches(script, /(src\/\S+\.ts)/g)),
      ...matches(text(template, "README.md"), /^\| `([^`]+)`/gm),
      ...matches(text(template, "README.md"), /node (src\/\S+)/g)
    ]
    assert.isAbove(named.length, 5)
    assert.includeMembers(paths, named)
  })

  it("has an example of every setting that its programs need, and runs its tests in CI", () => {
    const sources = [...(files.get(template) ?? [])].filter(([path]) => path.startsWith("src/")).map(([, code]) => code)
    const read = sources.flatMap((code) => matches(code, /Config\.(?:String|Redacted)\("(\w+)"\)/g))
    const settings = matches(text(template, ".env.example"), /^(\w+)=/gm)
    // The URL is for tests, and the token is read by the library.
    assert.includeMembers(settings, ["DISCORD_TOKEN", ...read.filter((name) => name !== "DISCORD_API_URL")])
    const { jobs } = yaml(template, ".github/workflows/ci.yml")
    const steps: ReadonlyArray<{ run?: string; with?: Any }> = jobs.test.steps
    assert.deepStrictEqual(
      steps.flatMap(({ run }) => run ?? []),
      ["npm ci", "npm test"]
    )
    assert.isAtLeast(steps.find((step) => step.with !== undefined)?.with["node-version"], 23)
  })

  it("gets the name of the bot everywhere, and the commands of its package manager", async () => {
    const options = { template, name: "@me/tea-bot", target: "/x", fibercord: undefined } as const
    for (const packageManager of ["npm", "pnpm"] as const) {
      const made = await Project.make({ ...options, packageManager })
      assert.strictEqual(made.at(-1)?.path, "package.json", "a folder with a package.json is complete")
      for (const { content, path } of made) assert.notInclude(path + content, "my-bot")
      const readme = made.find(({ path }) => path === "README.md")?.content ?? ""
      assert.include(readme, "# tea-bot")
      const others = made.filter(({ path }) => !path.endsWith("lock.json") && path !== "package.json")
      if (packageManager === "npm") continue
      for (const { content, path } of others) {
        assert.notMatch(content, /^RUN (?:pnpm|yarn|bun) install/m, `${path}: Node's image has no ${packageManager}`)
      }
      for (const { content, path } of others) assert.notMatch(content, /\bnpm (ci|test|run|start)\b|package-lock/, path)
    }
  })
})

const deployed = ["gateway", "http", "cluster"] as const

/** Settings of the C library, which are read when a process starts. */
const glibc = ["MALLOC_ARENA_MAX=2", "MALLOC_TRIM_THRESHOLD_=131072"]

describe("an image", () => {
  it.each(deployed)("of the template %s has no secrets and no root", (template) => {
    const lines = text(template, "Dockerfile").split("\n")
    const of = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `))
    for (const line of of("FROM")) assert.match(line, /^FROM node:(2[4-9])-slim( AS build)?$/)
    assert.deepStrictEqual(of("USER"), ["USER node"])
    assert.match(of("ENV").join(), /NODE_ENV=production/)
    const unknown = lines.filter(
      (line) => !/^(#|$|(FROM|WORKDIR|COPY|RUN|ENV|EXPOSE|USER|HEALTHCHECK|CMD) )/.test(line)
    )
    assert.deepStrictEqual(unknown, [])
    const ignored = text(template, ".dockerignore").split("\n")
    assert.includeMembers(ignored, ["node_modules", ".env", ".git"])
  })

  it.each(deployed)("of the template %s is built by the lockfile, and has the bundle that Node runs", (template) => {
    const [build = "", image = ""] = text(template, "Dockerfile").split("\n\n")
    assert.deepStrictEqual(matches(build, /^(?:RUN|COPY) (.*)$/gm), [
      "package.json package-lock.json ./",
      "npm ci",
      "src ./src",
      "npm run build"
    ])
    assert.deepStrictEqual(matches(image, /^(?:RUN|COPY) (.*)$/gm), ["--from=build /app/dist ./dist"])
    assert.match(image, /^CMD \["node", "dist\/main\.js"\]$/m)
    for (const setting of glibc) assert.include(image, setting)
  })

  it("of the templates is built and started as the page says, and so is what the unit for systemd runs", () => {
    const unit = text("gateway", "my-bot.service")
    assert.match(unit, /^ExecStart=\/usr\/bin\/node dist\/main\.js$/m)
    const page = readFileSync("docs/operating/sizing.md", "utf8")
    assert.include(page, `npx ${json("gateway", "package.json").scripts.build}\n`)
    for (const setting of glibc) {
      assert.include(unit, setting)
      assert.include(page, setting)
    }
  })

  it("is given the time to stop that the bot takes", () => {
    assert.match(text("gateway", "my-bot.service"), /^TimeoutStopSec=30$/m)
    assert.match(text("gateway", "README.md"), /--stop-timeout 30/)
    assert.strictEqual(yaml("cluster", "compose.yaml").services.bot.stop_grace_period, "45s")
  })
})

describe("the template cluster", () => {
  const program = text("cluster", "src/main.ts")
  const [, destructured = ""] = /const \{(.*?)\} = process\.env/s.exec(program) ?? []
  const reads = [
    "DATABASE_URL",
    "DISCORD_TOKEN",
    ...destructured.split(",").map((part) => part.trim().split(" ")[0] ?? "")
  ]
  const portOf = (name: string) => Number(new RegExp(`${name} = "(\\d+)"`).exec(program)?.[1])

  it("says of each setting that it reads what it is", () => {
    for (const name of reads) assert.include(/^\/\*\*[^]*?\*\//.exec(program)?.[0] ?? "", name)
  })

  it("starts a database and three members by Docker Compose, which wait for it and reach each other", () => {
    const { services, volumes } = yaml("cluster", "compose.yaml")
    const { bot, postgres } = services
    assert.strictEqual(bot.deploy.replicas, 3)
    assert.strictEqual(bot.depends_on.postgres.condition, "service_healthy")
    assert.deepStrictEqual(bot.command, ["sh", "-c", "HOST=$$HOSTNAME exec node dist/main.js"])
    assert.isUndefined(bot.ports, "three members cannot have one port of the host")
    assert.includeMembers(reads, Object.keys(bot.environment))
    const url = new URL(bot.environment.DATABASE_URL.replace("${POSTGRES_PASSWORD}", "x"))
    assert.deepStrictEqual(
      [url.username, url.hostname, url.pathname],
      [postgres.environment.POSTGRES_USER, "postgres", `/${postgres.environment.POSTGRES_DB}`]
    )
    const [mounted] = postgres.volumes
    assert.includeMembers(Object.keys(volumes), [mounted.split(":")[0]])
    const settings = matches(text("cluster", ".env.example"), /^(\w+)=/gm)
    assert.includeMembers(settings, matches(text("cluster", "compose.yaml"), /\$\{(\w+)/g))
  })

  it("is deployed on Kubernetes with the ports, the settings and the probes of its program", () => {
    const documents = parseAllDocuments(text("cluster", "deploy/kubernetes.yaml"))
    assert.deepStrictEqual(
      documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
      []
    )
    const resources: ReadonlyArray<Any> = documents.map((document) => document.toJS())
    const find = (kind: string): Any => resources.find((resource) => resource.kind === kind) ?? assert.fail(kind)
    for (const { metadata } of resources) assert.strictEqual(metadata.name, "my-bot")
    const { spec } = find("Deployment")
    const pod = spec.template.spec
    const [container] = pod.containers
    assert.deepStrictEqual(container.command, ["node", "dist/main.js"])
    assert.includeMembers(
      reads,
      container.env.map(({ name }: Any) => name)
    )
    const ports = Object.fromEntries(container.ports.map(({ containerPort, name }: Any) => [name, containerPort]))
    assert.deepStrictEqual(ports, { cluster: portOf("CLUSTER_PORT"), health: portOf("HEALTH_PORT") })
    const { labels } = spec.template.metadata
    assert.deepStrictEqual(spec.selector.matchLabels, labels)
    assert.deepStrictEqual(find("PodDisruptionBudget").spec.selector.matchLabels, labels)
    assert.deepStrictEqual(find("NetworkPolicy").spec.podSelector.matchLabels, labels)
    assert.strictEqual(container.env.find(({ name }: Any) => name === "POD_LABELS").value, `app=${labels.app}`)
    assert.strictEqual(pod.serviceAccountName, find("ServiceAccount").metadata.name)
    assert.match(container.livenessProbe.httpGet.path, /^\/health\/live$/)
    assert.match(container.readinessProbe.httpGet.path, /^\/health\/ready$/)
    const secret = container.envFrom[0].secretRef.name
    assert.include(text("cluster", "README.md"), `kubectl create secret generic ${secret} `)
  })
})

describe("the template workers", () => {
  it("has a configuration that names what the Worker exports", () => {
    const toml = text("workers", "wrangler.toml")
    const worker = text("workers", "src/worker.ts")
    const value = (name: string) => new RegExp(`^${name} = "(.*)"$`, "m").exec(toml)?.[1] ?? assert.fail(name)
    assert.include(worker, `export class ${value("class_name")} `)
    assert.include(worker, "env.BOT.")
    assert.match(toml, /\[\[durable_objects\.bindings\]\]\nname = "BOT"\n/)
    assert.strictEqual(value("main"), "src/worker.ts")
    assert.include(toml, `new_sqlite_classes = ["${value("class_name")}"]`)
  })

  it("gives the Worker no module that needs Node", () => {
    for (const path of ["src/worker.ts", "src/bot.ts", "src/counter.ts"]) {
      assert.notMatch(text("workers", path), /from "(fibercord|node:.*|@effect\/platform-node)"/, path)
    }
  })
})
