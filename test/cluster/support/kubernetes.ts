/**
 * The API of Kubernetes on loopback, as far as members ask it: the list of the pods of a namespace, for a service account
 * that may list them. It answers as https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1 says.
 */
import * as Effect from "effect/Effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Access } from "../../../src/cluster/internal/kubernetes.ts"
import * as Certificate from "./certificate.ts"

export interface FakePod {
  readonly labels: Readonly<Record<string, string>>
  /** Whether its readiness probe succeeds. */
  readonly isReady: boolean
  readonly phase?: string
}

export interface Kubernetes {
  readonly access: Access
  /** The pods of the namespace `bots` by their addresses. */
  readonly pods: Map<string, FakePod>
  /** How it answers: as it should, with another status, or not at all. */
  mode: "works" | "hangs" | number
  /** The paths that were asked for. */
  readonly asked: Array<string>
}

const token = "token-of-the-service-account"

const matches = ({ labels }: FakePod, selector: string | null): boolean =>
  selector === null ||
  selector.split(",").every((part) => {
    const [name, value] = part.split("=")
    return labels[name ?? ""] === value
  })

const failure = (code: number) => ({ kind: "Status", apiVersion: "v1", status: "Failure", code })

const respond = (kubernetes: Kubernetes, url: string, authorization: string | undefined) => {
  kubernetes.asked.push(url)
  const { pathname, searchParams } = new URL(url, "https://127.0.0.1")
  if (authorization !== `Bearer ${token}`) return failure(401)
  if (typeof kubernetes.mode === "number") return failure(kubernetes.mode)
  // The Role is of one namespace.
  if (pathname !== "/api/v1/namespaces/bots/pods") return failure(403)
  const items = [...kubernetes.pods]
    .filter(([, pod]) => matches(pod, searchParams.get("labelSelector")))
    .map(([podIP, { isReady, labels, phase = "Running" }]) => ({
      metadata: { name: `bot-${podIP}`, namespace: "bots", labels },
      status: {
        phase,
        hostIP: "10.0.0.1",
        podIP,
        podIPs: [{ ip: podIP }],
        conditions: [{ type: "Ready", status: isReady ? "True" : "False", lastTransitionTime: null }]
      }
    }))
  return { kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items }
}

/** The folder of a service account. */
export const folderWith = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true }))
  )
  yield* Effect.promise(() =>
    Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
  )
  return folder
})

export const make = Effect.gen(function* () {
  const folder = yield* folderWith({ token: `${token}\n`, namespace: "bots", "ca.crt": Certificate.cert })
  const server = createServer(Certificate)
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const kubernetes: Kubernetes = {
    access: { host: "127.0.0.1", port, folder },
    pods: new Map(),
    mode: "works",
    asked: []
  }
  server.on("request", (request, response) => {
    const answer = respond(kubernetes, request.url ?? "", request.headers.authorization)
    if (kubernetes.mode === "hangs") return
    response.writeHead("code" in answer ? answer.code : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer))
  })
  return kubernetes
})
