/**
 * What Kubernetes knows of members: whether the pod of one is ready, or gone. It only makes the loss of a member known
 * sooner. While its API does not answer, or refuses, members are asked alone, as without it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import { readFile } from "node:fs/promises"
import { request } from "node:https"
import { isIP } from "node:net"
import { join } from "node:path"
import { textOf } from "../../internal/thrown.ts"

/** Which pods are those of members. */
export interface Options {
  /** The namespace of the pods. Default: that of this pod. */
  readonly namespace?: string | undefined
  /** The labels of the pods, as in `kubectl get pods --selector`. Default: all pods of the namespace. */
  readonly labelSelector?: string | undefined
}

/** What is known of a member by its host. `unknown` also if the host is no address of a pod. */
export type PodState = "ready" | "notReady" | "gone" | "unknown"

/** Looks at the pod of a member. */
export class Pods extends Context.Service<Pods, { readonly stateOf: (host: string) => Effect.Effect<PodState> }>()(
  "fibercord/cluster/Pods"
) {}

/** Of nothing. */
export const layerUnknown = Layer.succeed(Pods, { stateOf: () => Effect.succeed("unknown") })

/** Where a pod finds the API, and the folder of its service account. */
export interface Access {
  readonly host: string | undefined
  readonly port: number
  readonly folder: string
}

/** What Kubernetes puts into every pod. */
export const Access: Context.Reference<Access> = Context.Reference<Access>("fibercord/cluster/KubernetesAccess", {
  defaultValue: () => ({
    host: process.env["KUBERNETES_SERVICE_HOST"],
    port: Number(process.env["KUBERNETES_SERVICE_PORT"] ?? 443),
    folder: "/var/run/secrets/kubernetes.io/serviceaccount"
  })
})

/** Why it is not known which pods there are. */
class NoList extends Schema.TaggedError<NoList>("fibercord/cluster/NoList")("NoList", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const noList = (detail: string) => new NoList({ detail })

// How long a list of pods holds. Milliseconds.
const listHolds = 1000
const answerTimeout = 1000

const PodList = Schema.fromJsonString(
  Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        metadata: Schema.Struct({ deletionTimestamp: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
        status: Schema.optionalKey(
          Schema.Struct({
            phase: Schema.optionalKey(Schema.String),
            podIP: Schema.optionalKey(Schema.String),
            podIPs: Schema.optionalKey(Schema.Array(Schema.Struct({ ip: Schema.String }))),
            conditions: Schema.optionalKey(
              Schema.NullOr(Schema.Array(Schema.Struct({ type: Schema.String, status: Schema.String })))
            )
          })
        )
      })
    )
  })
)

type Pod = (typeof PodList.Type)["items"][number]

const addressesOf = ({ status }: Pod): ReadonlyArray<string> => [
  ...(status?.podIPs ?? []).map(({ ip }) => ip),
  ...(status?.podIP === undefined ? [] : [status.podIP])
]

const stateOf = ({ status }: Pod): PodState => {
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return "gone"
  return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ? "ready" : "notReady"
}

const fetchText = (access: Access, path: string, options: { readonly ca: string; readonly token: string }) =>
  Effect.callback<{ readonly status: number; readonly body: string }, NoList>((resume, signal) => {
    const headers = { accept: "application/json", authorization: `Bearer ${options.token}` }
    const { host, port } = access
    const sent = request({ host, port, path, headers, ca: options.ca, signal }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (body += chunk))
      response.on("error", (error) => resume(Effect.fail(noList(error.message))))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, body })))
    })
    sent.on("error", (error) => resume(Effect.fail(noList(error.message))))
    sent.end()
  })

const read = (access: Access, name: string) =>
  Effect.tryPromise({
    try: () => readFile(join(access.folder, name), "utf8"),
    catch: () =>
      noList(`${join(access.folder, name)} is missing, which pods have unless automountServiceAccountToken is off`)
  }).pipe(Effect.map((text) => text.trim()))

/** The states of pods by address. */
const list = Effect.fnUntraced(function* (access: Access, { labelSelector, namespace }: Options) {
  if (access.host === undefined) return yield* noList("KUBERNETES_SERVICE_HOST is not set")
  // Read each time: tokens are replaced while they are in use.
  const token = yield* read(access, "token")
  const ca = yield* read(access, "ca.crt")
  const space = namespace ?? (yield* read(access, "namespace"))
  // What the API remembers is new enough, and costs it nothing.
  const query = new URLSearchParams({ resourceVersion: "0", ...(labelSelector === undefined ? {} : { labelSelector }) })
  const path = `/api/v1/namespaces/${encodeURIComponent(space)}/pods?${query}`
  const { body, status } = yield* fetchText(access, path, { ca, token })
  if (status === 401 || status === 403) {
    const needed = `a Role in the namespace ${space} with apiGroups [""], resources ["pods"] and verbs ["list"], and a RoleBinding to the service account of the pods`
    return yield* noList(`it answers with ${status}. The service account needs ${needed}`)
  }
  if (status !== 200) return yield* noList(`it answers with ${status}`)
  const pods = Schema.decodeOption(PodList)(body)
  if (Option.isNone(pods)) return yield* noList("it answers what is no list of pods")
  const states = new Map<string, PodState>()
  for (const pod of pods.value.items) {
    // An address is given to a new pod when the old one has ended.
    for (const address of addressesOf(pod)) if (states.get(address) !== "ready") states.set(address, stateOf(pod))
  }
  return states
})

/** Looks at pods. `host` is that of this member, which must be among them, or they are not those of members. */
export const make = Effect.fnUntraced(function* (host: string, options: Options) {
  const access = yield* Access
  let isFailing = false
  const checked = list(access, options).pipe(
    // Such as a certificate that is none.
    Effect.catchDefect((defect) => Effect.fail(noList(textOf(defect)))),
    Effect.timeoutOrElse({
      duration: answerTimeout,
      orElse: () => Effect.fail(noList(`it does not answer within ${answerTimeout} ms`))
    }),
    Effect.filterOrFail(
      (states) => isIP(host) === 0 || states.has(host),
      () => {
        const selected = options.labelSelector === undefined ? "" : ` that ${options.labelSelector} selects`
        return noList(`no pod${selected} has the address of this one, ${host}`)
      }
    ),
    Effect.tap(() => {
      if (!isFailing) return Effect.void
      isFailing = false
      return Effect.logInfo("The API of Kubernetes says again which pods there are")
    }),
    Effect.catch((error) => {
      const known = new Map<string, PodState>()
      if (isFailing) return Effect.succeed(known)
      isFailing = true
      const without = 'Until it does, members are only asked themselves whether they live, as with `health: "ping"`'
      return Effect.as(
        Effect.logWarning(`The API of Kubernetes does not say which pods there are: ${error.message}. ${without}`),
        known
      )
    })
  )
  const states = yield* Effect.cachedWithTTL(checked, listHolds)
  return Pods.of({
    stateOf: (of) =>
      isIP(of) === 0
        ? Effect.succeed("unknown")
        : Effect.map(states, (known) => known.get(of) ?? (known.size === 0 ? "unknown" : "gone"))
  })
})

/** Whether members live, for Effect Cluster. One whose pod is not ready may, and what answers is not gone. */
export const layerHealth = Layer.effect(
  RunnerHealth.RunnerHealth,
  Effect.gen(function* () {
    const pods = yield* Pods
    const runners = yield* Runners.Runners
    const ping = yield* RunnerHealth.makePing
    return RunnerHealth.RunnerHealth.of({
      isAlive: (address) =>
        Effect.flatMap(pods.stateOf(address.host), (state) => {
          if (state === "ready") return Effect.succeed(true)
          if (state !== "gone") return ping.isAlive(address)
          return Effect.isSuccess(Effect.timeout(runners.ping(address), answerTimeout))
        })
    })
  })
)
