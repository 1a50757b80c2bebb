/** The files with which a cluster is deployed fit the program, each other, and what the library does. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import { readFileSync } from "node:fs"
import { parseAllDocuments } from "yaml"
import * as HealthRoutes from "../../src/http/HealthRoutes.ts"
import { Health } from "../../src/observability/Health.ts"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

const program = /```ts\n\/\/ main\.ts\n(.*?)```/s.exec(read("docs/operating/deploys.md"))?.[1] ?? ""
/** What the program reads, of which that with a default may be left out. */
const [required, optional] = (() => {
  const [, names = ""] = /const \{(.*?)\} = process\.env/s.exec(program) ?? []
  const parts = names.split(",").map((part) => part.split("=").map((word) => word.trim().replaceAll('"', "")))
  const defaults = new Map(parts.flatMap(([name, value]) => (name && value ? [[name, value] as const] : [])))
  const plain = parts.flatMap(([name, value]) => (name && value === undefined ? [name] : []))
  return [plain, defaults]
})()
const secrets = ["DATABASE_URL", "DISCORD_TOKEN"]

const seconds = (path: string, pattern: RegExp): number => {
  const value = pattern.exec(read(path))?.[1]
  assert.isDefined(value, `${path} has no ${pattern}`)
  return Number(value)
}

/** How long a program takes to stop at most, without `linger`: its shards are moved, what is left stops, handlers end. */
const shutdown =
  seconds("src/cluster/internal/joining.ts", /leaveTimeout = "(\d+) seconds"/) +
  seconds("src/gateway/internal/managerSettings.ts", /options\.shutdownTimeout, "(\d+) seconds"/) +
  seconds("src/runtime/Runtimes.ts", /options\?\.drain, "(\d+) seconds"/) +
  seconds("src/cluster/internal/parts.ts", /closingWithin\("(\d+) seconds"\)/)

const statusOf = (path: string, isAlive: boolean) =>
  Effect.gen(function* () {
    const report = { isReady: isAlive, isAlive, problems: [], stages: {}, eventLoopDelay: 0 }
    const routes = HealthRoutes.layer().pipe(
      Layer.provide(Layer.succeed(Health, { check: Effect.succeed(report) })),
      Layer.provideMerge(HttpRouter.layer)
    )
    const { dispose, handler } = HttpRouter.toWebHandler(routes, { disableLogger: true })
    const response = yield* Effect.promise(() => handler(new Request(`http://localhost${path}`)))
    yield* Effect.promise(dispose)
    return response.status
  })

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [key: string]: any
}

const documents = parseAllDocuments(read("docs/deploy/kubernetes.yaml"))
const resources = documents.map((document) => document.toJS() as Resource)
const find = (kind: string): Resource => {
  const found = resources.filter((resource) => resource.kind === kind)
  assert.lengthOf(found, 1, kind)
  return found[0] as Resource
}

describe("the manifests for Kubernetes", () => {
  const { spec } = find("Deployment")
  const pod = spec.template.spec
  const [container] = pod.containers
  const ports = new Map<string, number>(
    container.ports.map(({ containerPort, name }: { containerPort: number; name: string }) => [name, containerPort])
  )

  it("can be parsed", () => {
    assert.deepStrictEqual(
      documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
      []
    )
  })

  it("give the program what it reads, and nothing that it does not", () => {
    const env: ReadonlyArray<{ name: string; value?: string; valueFrom?: unknown }> = container.env
    const names = env.map(({ name }) => name)
    assert.includeMembers(names, required)
    assert.includeMembers([...required, ...optional.keys()], names)
    for (const name of secrets) assert.match(program, new RegExp(name))
    assert.deepStrictEqual(container.envFrom, [{ secretRef: { name: "bot" } }])
    assert.deepStrictEqual(env.find(({ name }) => name === "HOST")?.valueFrom, {
      fieldRef: { fieldPath: "status.podIP" }
    })
    assert.strictEqual(ports.get("cluster"), Number(optional.get("CLUSTER_PORT")))
    assert.strictEqual(ports.get("health"), Number(optional.get("HEALTH_PORT")))
    assert.strictEqual(Number(optional.get("CLUSTER_PORT")), seconds("src/cluster/ClusterBot.ts", /port = (\d+)/))
  })

  it("select the pods that there are, also for the question who lives", () => {
    const { labels } = spec.template.metadata
    assert.deepStrictEqual(spec.selector.matchLabels, labels)
    assert.deepStrictEqual(find("PodDisruptionBudget")["spec"].selector.matchLabels, labels)
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const asked = container.env.find(({ name }: { name: string }) => name === "POD_LABELS")
    assert.strictEqual(asked.value, selector.join())
    const policy = find("NetworkPolicy")["spec"]
    assert.deepStrictEqual(policy.podSelector.matchLabels, labels)
    const [members, probes] = policy.ingress
    assert.deepStrictEqual(members, {
      from: [{ podSelector: { matchLabels: labels } }],
      ports: [{ protocol: "TCP", port: ports.get("cluster") }]
    })
    assert.deepStrictEqual(probes, { ports: [{ protocol: "TCP", port: ports.get("health") }] })
  })

  it("allow the pods to list pods", () => {
    const account = find("ServiceAccount").metadata.name
    assert.strictEqual(pod.serviceAccountName, account)
    assert.notStrictEqual(pod.automountServiceAccountToken, false)
    assert.deepStrictEqual(find("Role")["rules"], [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }])
    const binding = find("RoleBinding")
    assert.deepStrictEqual(binding["roleRef"], {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: find("Role").metadata.name
    })
    assert.deepStrictEqual(binding["subjects"], [{ kind: "ServiceAccount", name: account }])
  })

  it("leave a pod the time to stop, and have a new one before an old one goes", () => {
    assert.isAbove(pod.terminationGracePeriodSeconds, shutdown)
    assert.deepStrictEqual(spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 })
    assert.strictEqual(container.command[0], "node")
  })

  it.effect("probe the routes of the program", () =>
    Effect.gen(function* () {
      for (const name of ["startupProbe", "readinessProbe", "livenessProbe"]) {
        const { path, port } = container[name].httpGet
        assert.strictEqual(port, "health")
        assert.strictEqual(yield* statusOf(path, true), 200, name)
        assert.strictEqual(yield* statusOf(path, false), 503, name)
      }
      assert.match(container.readinessProbe.httpGet.path, /ready/)
      assert.match(container.livenessProbe.httpGet.path, /live/)
    })
  )
})

describe("the unit of systemd", () => {
  const unit = read("docs/deploy/bot@.service")
  const all = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value ?? "")

  it("gives the program what it reads, on ports of each instance", () => {
    const env = all("Environment").map((line) => line.split("="))
    assert.deepStrictEqual(
      env.map(([name]) => name).sort(),
      [...optional.keys()].sort(),
      "a member on the same machine needs no HOST"
    )
    for (const [, value] of env) assert.match(value ?? "", /%i$/)
    assert.lengthOf(all("EnvironmentFile"), 1)
    assert.match(all("ExecStart")[0] ?? "", /^\/usr\/bin\/node /)
  })

  it("leaves it the time to stop, and starts it again", () => {
    assert.isAbove(Number(all("TimeoutStopSec")[0]), shutdown)
    assert.deepStrictEqual(all("Restart"), ["always"])
  })
})
