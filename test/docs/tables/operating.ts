/** The tables of docs/operating. */
import { CloseCode, GatewayEvents } from "fibercord"
import { both, type Entry, names, namesIn, prose, rows, tested, written } from "./entry.ts"
import { keysNear, membersOf, numbersOf, reasonsOf, spans } from "./facts.ts"

/** The codes of a cell, ranges included. */
const codesIn = (cell: string): ReadonlyArray<number> =>
  [...cell.matchAll(/\b(\d{4})(?:–(\d{4}))?\b/g)].flatMap(([, from = "", to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index)
  )

const allCodes = [1000, 1001, ...Array.from({ length: 15 }, (_, index) => 4000 + index)]

/** Each close code stands in a row that says what `CloseCode.decide` does. */
const recovery = rows("how a connection ended", (all) => {
  const said = (does: string): string =>
    does.startsWith("fatal") ? "Fatal" : does.startsWith("IDENTIFY") ? "Identify" : "Resume"
  const found = all.flatMap(([how = "", does = ""]) => codesIn(how).map((code) => ({ code, does })))
  return [
    ...allCodes.filter((code) => !found.some((each) => each.code === code)).map((code) => `lacks ${code}`),
    ...found.flatMap(({ code, does }) => {
      const decision = CloseCode.decide(code)
      const waits = decision._tag === "Resume" && decision.wait === "send-window"
      const isRight = said(does) === decision._tag && waits === does.includes("window of the send limit")
      return isRight ? [] : [`says of ${code}: ${does}`]
    })
  ]
})

const wrong = (column = "what you see"): Entry => prose(column, "what can go wrong, and what to do")

const spanFiles = [
  "src/interactions/router/internal/router.ts",
  "src/interactions/router/internal/answers.ts",
  "src/interactions/replies/internal/responder.ts",
  "src/rest/internal/routes.ts",
  "src/gateway/internal/connectionAttempt.ts",
  "src/durable/internal/run.ts"
]

const spanTable = rows("span", (all) => {
  const found = all.flatMap(([cell = ""]) => namesIn(cell)).map((name) => name.replace(/(?<=reply\.)send$/, ""))
  const made = new Set(spans())
  const keys = keysNear(...spanFiles)
  return [
    ...[...made].filter((name) => !found.includes(name)).map((name) => `lacks ${name}`),
    ...found.filter((name) => !made.has(name)).map((name) => `has ${name}`),
    ...all.flatMap(([, , cell = ""]) =>
      namesIn(cell).flatMap((name) => (keys.has(name) ? [] : [`no span has the attribute ${name}`]))
    )
  ]
})

const proxyStatuses = rows("`proxy`", (all) => {
  const statuses = numbersOf("src/proxy/internal/refusal.ts", "statuses")
  const found = Object.fromEntries(all.map(([name = "", status = ""]) => [namesIn(name)[0], Number(status)]))
  return Object.entries({ ...statuses, ...found }).flatMap(([name]) =>
    statuses[name] === found[name] ? [] : [`says ${found[name]} of ${name}, and the code ${statuses[name]}`]
  )
})

export const operating: Readonly<Record<string, ReadonlyArray<Entry>>> = {
  "docs/operating/cluster.md": [
    prose("storage", "which storage is for what"),
    written("option"),
    prose("what happens", "what moves, told in words"),
    written("option")
  ],
  "docs/operating/deploys.md": [
    prose("way", "a comparison of ways to deploy"),
    prose("what has changed", "what a deploy may change, told in words"),
    prose("step", "what a stop takes, whose options have tables of their own"),
    wrong()
  ],
  "docs/operating/failures.md": [
    prose("case", "what was measured, with the test that holds it"),
    prose("what", "what clocks apart do, told in words"),
    prose("look at", "advice, whose names of metrics are checked with all names"),
    tested("line", "test/cluster/logLines.test.ts")
  ],
  "docs/operating/metrics.md": Array.from({ length: 5 }, () => tested("metric", "test/observability/metrics.test.ts")),
  "docs/operating/observability.md": [prose("level", "what is logged at each level, told in words"), spanTable],
  "docs/operating/platforms.md": [
    prose("platform", "what runs where, by `npm run consumer:platforms`"),
    prose("bot", "what was measured, by `npm run consumer:platforms`"),
    written("what", "scripts/release/size.ts")
  ],
  "docs/operating/policies.md": [
    recovery,
    prose("option", "two Schedules told in words, whose options are in a table that is written"),
    names("reason", { expected: () => reasonsOf("src/gateway/GatewayError.ts", "GatewayError") }),
    written("option"),
    wrong()
  ],
  "docs/operating/proxy.md": [
    prose("program", "settings of other libraries too"),
    prose("request", "what is passed on, played by the tests of the proxy"),
    proxyStatuses,
    written("option")
  ],
  "docs/operating/rate-limits.md": [
    prose("what Discord limits", "Discord's limits, and what keeps them, told in words")
  ],
  "docs/operating/security.md": [
    prose("secret", "what is secret, and from whom"),
    prose("danger", "advice, told in words"),
    prose("what", "what listens where, told in words")
  ],
  "docs/operating/sessions.md": [
    prose("store", "a choice among stores"),
    prose("what happens", "what two processes do, told in words"),
    written("option")
  ],
  "docs/operating/sizing.md": [
    prose("what", "what was measured"),
    prose("guilds", "computed from what was measured"),
    prose("sign", "advice, told in words"),
    prose("what is started", "what was measured"),
    prose("what", "what was measured"),
    prose("what", "what was measured"),
    prose("shards", "computed from what was measured"),
    prose("what", "computed from what was measured"),
    wrong()
  ],
  "docs/operating/shards.md": [
    names("interrupted", {
      expected: () => membersOf("src/gateway/ShardManager.ts", "ShardManager"),
      without: {
        awaitReady: "waits only",
        awaitShutdown: "waits only",
        changes: "reads only",
        close: "docs/operating/shards.md",
        has: "reads only",
        intents: "reads only",
        returnWithValue: "the end of a program",
        runners: "reads only",
        shard: "reads only",
        shardFor: "reads only",
        shardsInstantiated: "reads only",
        shutdownFinished: "waits only"
      }
    }),
    names("method", {
      expected: () => membersOf("src/gateway/ShardMessenger.ts", "ShardMessenger"),
      without: { id: "reads only" }
    }),
    both(
      names("function", {
        expected: () => Object.keys(GatewayEvents).filter((name) => /^[a-z]/.test(name)),
        without: { layer: "docs/operating/shards.md", requireIntents: "docs/guide/events.md" },
        beside: ["listen"]
      }),
      rows("function", () =>
        membersOf("src/gateway/GatewayEvents.ts", "GatewayEvents").includes("listen") ? [] : ["listen is gone"]
      )
    )
  ],
  "docs/operating/versions.md": [
    written("platform", "scripts/release/versions.ts"),
    prose("kind of change", "what version numbers mean, held by test/release/changes.test.ts"),
    written("entry point", "scripts/release/versions.ts")
  ],
  "docs/operating/workers.md": [
    prose("", "what runs in which thread, told in words"),
    written("option"),
    prose("what happens", "what the end of a thread does, told in words")
  ]
}
