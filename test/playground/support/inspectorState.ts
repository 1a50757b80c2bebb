/** What an inspector shows, with one entry in each of its lists. */
import type { State } from "../../../src/inspector/InspectorState.ts"

const at = Date.UTC(2026, 0, 5, 12)
const id = "1100000000000000077"

export const inspectorState: State = {
  now: at + 60_000,
  process: { pid: 1, node: "node", uptime: 1000, rss: 1, heap: 1 },
  shards: [
    {
      id: 0,
      total: 1,
      stage: "Connected",
      latency: 1,
      averageLatency: 1,
      lastHeartbeatAt: at,
      lastDispatchAt: at,
      sessionAge: 1,
      sequence: 1,
      identifies: 1,
      resumes: 0,
      lastEnd: "end",
      lastCode: 4000,
      strip: [{ stage: "Connected", at, end: "end" }]
    }
  ],
  runtimes: {
    open: 1,
    opened: 1,
    isDraining: false,
    list: [
      {
        id: "runtime",
        key: "key",
        definition: "definition",
        opener: "opener",
        openedAt: at,
        endsAt: at + 60_000,
        depth: 0,
        isRunning: true,
        interaction: id,
        parked: 0,
        waiters: 0
      }
    ]
  },
  steps: [{ n: 1, runtime: "runtime", step: "opened", at, reason: "reason" }],
  dialogues: {
    list: [
      {
        id: "dialogue",
        name: "dialogue",
        version: 1,
        status: "running",
        problem: "problem",
        userId: "user",
        channelId: "channel",
        guildId: "guild",
        startedAt: at,
        endedAt: undefined
      }
    ]
  },
  interactions: [
    {
      n: 1,
      id,
      kind: 2,
      name: "name",
      input: "input",
      user: "user",
      userName: "userName",
      channel: "channel",
      guild: "guild",
      at,
      runtime: "runtime",
      definition: "definition",
      state: "answered",
      callback: 4,
      took: 1,
      response: "response",
      startedAt: at,
      endedAt: at + 1,
      outcome: "outcome"
    }
  ],
  spans: [
    {
      n: 1,
      id: "span",
      parent: undefined,
      name: "span",
      kind: "internal",
      at,
      endedAt: at + 1,
      status: "failed",
      problem: "problem",
      attributes: { attribute: "attribute" },
      interaction: id
    }
  ],
  rest: [
    {
      n: 1,
      at,
      method: "GET",
      path: "/path",
      status: 400,
      endedAt: at + 1,
      interaction: id,
      body: "body",
      problem: "problem",
      limit: { bucket: "bucket", limit: 1, remaining: 0, resetAfter: 1, scope: "scope", retryAfter: 1 }
    }
  ],
  logs: [
    {
      n: 1,
      at,
      level: "Error",
      message: "message",
      cause: "cause",
      annotations: { annotation: "annotation" },
      interaction: id,
      runtime: "runtime"
    }
  ]
}
