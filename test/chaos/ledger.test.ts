/** The ledger reports every promise that a forged log or report breaks. */
import { assert, describe, it } from "@effect/vitest"
import { Ledger } from "../../chaos/ledger/Ledger.ts"
import { bounds, discord } from "../../chaos/settings.ts"
import type { Report } from "../../chaos/wire.ts"
import type { FakeDiscord } from "../../src/testing/index.ts"

const t0 = 1_700_000_000_000
const later = t0 + 60_000

/** A ledger with a log that numbers its entries. Times count from the start. */
const forge = () => {
  const ledger = new Ledger()
  let index = 0
  const fact = (at: number, fact: FakeDiscord.Fact): void => ledger.fact({ ...fact, index: index++, at: t0 + at })
  const dispatched = (at: number, seq: number, t = "MESSAGE_CREATE", session = "s"): void =>
    fact(at, { _tag: "Dispatched", connection: 1, shardId: 0, session, seq, t })
  const handled = (
    at: number,
    seq: number,
    options: { readonly life?: number; readonly t?: string; readonly session?: string; readonly n?: number } = {}
  ): void => {
    const { life = 1, n, session = "s", t = "MESSAGE_CREATE" } = options
    ledger.report(life, { _tag: "Event", at: t0 + at, shard: 0, session, seq, t, n })
  }
  /** A shard that is connected, and has handled READY and one more event. */
  const connected = (): void => {
    fact(0, { _tag: "Opened", connection: 1, host: "main", url: "/" })
    fact(1, { _tag: "Identify", connection: 1, shardId: 0, shardCount: 1, key: 0, intents: 0, accepted: true })
    dispatched(2, 1, "READY")
    fact(2, { _tag: "Ready", connection: 1, shardId: 0, session: "s" })
    handled(3, 1, { t: "READY" })
    dispatched(4, 2)
    handled(5, 2)
  }
  const closed = (at: number): void =>
    fact(at, { _tag: "Closed", connection: 1, shardId: 0, code: 4200, reason: "", by: "client" })
  const finish = (): ReadonlyArray<string> => {
    ledger.finish(later)
    return ledger.book.violations.map(({ kind }) => kind)
  }
  return { ledger, fact, dispatched, handled, connected, closed, finish }
}

type Forged = ReturnType<typeof forge>

/** The violations of a forged run that otherwise ends well. */
const kinds = (act: (forged: Forged) => void): ReadonlyArray<string> => {
  const forged = forge()
  forged.connected()
  act(forged)
  forged.closed(50_000)
  return forged.finish()
}

const interaction = (
  act: (forged: Forged, id: string, answer: (at: number, status: number, code?: number) => void) => void
) =>
  kinds((forged) => {
    const id = "77"
    forged.dispatched(100, 3, "INTERACTION_CREATE")
    const at = t0 + 101
    const event = { _tag: "Event", at, shard: 0, session: "s", seq: 3, t: "INTERACTION_CREATE" } as const
    forged.ledger.report(1, { ...event, interaction: id })
    act(forged, id, (at, status, code) =>
      forged.fact(at, {
        _tag: "Request",
        method: "POST",
        path: `/interactions/${id}/token/callback`,
        route: "/interactions/:id/:token/callback",
        query: "",
        body: {},
        status,
        code
      })
    )
  })

const reported = (report: Report) => kinds(({ ledger }) => ledger.report(1, report))

it("the ledger reports nothing about a run in which all went well", () => {
  assert.deepStrictEqual(
    kinds(() => undefined),
    []
  )
  assert.deepStrictEqual(
    interaction((_, __, answer) => answer(200, 204)),
    []
  )
})

describe("the ledger reports, of dispatches:", () => {
  it("an event that was handled twice", () => {
    assert.deepStrictEqual(
      kinds(({ handled }) => handled(10, 2)),
      ["handled twice or out of order"]
    )
  })

  it("two events in the wrong order", () => {
    const found = kinds(({ dispatched, handled }) => {
      dispatched(10, 3)
      dispatched(11, 4)
      handled(12, 4)
      handled(13, 3)
    })
    assert.deepStrictEqual(found, ["handled twice or out of order"])
  })

  it("a numbered event that is repeated in a new session", () => {
    const found = kinds(({ dispatched, fact, handled }) => {
      dispatched(10, 3)
      handled(11, 3, { n: 7 })
      fact(12, { _tag: "SessionEnded", shardId: 0, session: "s", why: "" })
      dispatched(13, 1, "READY", "new")
      handled(14, 1, { t: "READY", session: "new" })
      dispatched(15, 2, "MESSAGE_CREATE", "new")
      handled(16, 2, { session: "new", n: 7 })
    })
    assert.deepStrictEqual(found, ["handled twice or out of order"])
  })

  it("an event that later ones overtook", () => {
    const found = kinds(({ dispatched, handled, ledger }) => {
      dispatched(10, 3)
      dispatched(11, 4)
      handled(12, 4)
      ledger.sweep(t0 + 12 + bounds.late)
    })
    assert.deepStrictEqual(found, ["lost"])
  })

  it("what a replay left out, but not while one of two overlapping faults leaves events out", () => {
    const found = (end: number) =>
      kinds(({ dispatched, fact, handled, ledger }) => {
        ledger.dispatches.gaps(0, true)
        ledger.dispatches.gaps(0, true)
        for (let n = 0; n < end; n++) ledger.dispatches.gaps(0, false)
        dispatched(10, 3)
        dispatched(11, 4)
        fact(12, { _tag: "Resume", connection: 2, shardId: 0, session: "s", seq: 2, accepted: true })
        handled(13, 4)
        ledger.sweep(t0 + 13 + bounds.late)
      })
    assert.deepStrictEqual([0, 1, 2].map(found), [[], [], ["lost"]])
  })

  it("an event that is missing at the end", () => {
    assert.deepStrictEqual(
      kinds(({ dispatched }) => dispatched(10, 3)),
      ["lost"]
    )
  })

  it("an event that was lost in a restart, and one that should not have been repeated", () => {
    const lost = kinds(({ dispatched, handled, ledger }) => {
      ledger.death(1, t0 + 10, "killed")
      dispatched(20, 3)
      dispatched(21, 4)
      handled(30, 4, { life: 2 })
    })
    assert.deepStrictEqual(lost, ["lost"])
    const repeated = kinds(({ handled, ledger }) => {
      ledger.death(1, t0 + 30_000, "killed")
      handled(31_000, 2, { life: 2 })
    })
    assert.deepStrictEqual(repeated, ["repeated"])
    const stopped = kinds(({ handled, ledger }) => {
      ledger.death(1, t0 + 30, "stopped")
      handled(40, 2, { life: 2 })
    })
    assert.deepStrictEqual(stopped, ["repeated"])
  })

  it("an event that differs from the one that was sent", () => {
    const found = kinds(({ dispatched, handled }) => {
      dispatched(10, 3)
      handled(11, 3, { t: "GUILD_CREATE" })
    })
    assert.deepStrictEqual(found, ["another event"])
  })
})

describe("the ledger reports, of sessions:", () => {
  it("a session that was given up without a reason, but not one with a reason", () => {
    const identify = {
      _tag: "Identify",
      connection: 2,
      shardId: 0,
      shardCount: 1,
      key: 0,
      intents: 0,
      accepted: true
    } as const
    assert.deepStrictEqual(
      kinds(({ fact }) => fact(1_000, identify)),
      ["session given up"]
    )
    const closed = { _tag: "Closed", connection: 2, shardId: 0, code: 4009, reason: "", by: "server" } as const
    const reasons = kinds(({ fact }) => {
      fact(900, closed)
      fact(1_000, identify)
    })
    assert.deepStrictEqual(reasons, [])
  })

  it("no session that was given up after three RESUMEs, including those that ended before they were read", () => {
    const resume = (connection: number, session: string, accepted: boolean) =>
      ({ _tag: "Resume", connection, shardId: 0, session, seq: 1, accepted }) as const
    const identify = (connection: number) =>
      ({ _tag: "Identify", connection, shardId: 0, shardCount: 1, key: 0, intents: 0, accepted: true }) as const
    const told = (connection: number) => ({ _tag: "Sent", connection, shardId: 0, op: 7, d: null }) as const
    const cut = (connection: number) =>
      ({ _tag: "Closed", connection, shardId: 0, code: 1006, reason: "", by: "server" }) as const
    for (const [unread, expected] of [
      [2, []],
      [1, ["session given up"]]
    ] as const) {
      const found = kinds(({ fact }) => {
        // Both say the same of one connection.
        fact(500, told(2))
        fact(501, cut(2))
        if (unread === 2) fact(600, cut(3))
        fact(700, resume(4, "s", true))
        fact(701, cut(4))
        fact(1_000, identify(5))
      })
      assert.deepStrictEqual(found, expected)
    }
  })
})

describe("the ledger reports, of interactions:", () => {
  it("one without a response", () => {
    assert.deepStrictEqual(
      interaction(() => undefined),
      ["unanswered"]
    )
  })

  it("one with two responses", () => {
    const found = interaction((_, __, answer) => {
      answer(200, 204)
      answer(300, 400, 40_060)
    })
    assert.deepStrictEqual(found, ["answered twice"])
  })

  it("one with a late response", () => {
    assert.deepStrictEqual(
      interaction((_, __, answer) => answer(100 + discord.interactionDeadline + 1, 404, 10_062)),
      ["answered late"]
    )
  })

  it("one whose response Discord refused", () => {
    const found = interaction((_, __, answer) => {
      answer(200, 400, 50_035)
      answer(300, 204)
    })
    assert.deepStrictEqual(found, ["answer refused"])
  })

  it("nothing while REST was disturbed, or after the process was killed", () => {
    const trouble = interaction(({ ledger }) => void ledger.book.excuse("rest", t0 + 50, t0 + 200))
    assert.deepStrictEqual(trouble, [])
    const killed = interaction(({ ledger }) => ledger.death(1, t0 + 500, "killed"))
    assert.deepStrictEqual(killed, [])
  })
})

it("the ledger reports handlers that overlap, Runtimes that outlive their end, and unhandled rejections", () => {
  assert.deepStrictEqual(reported({ _tag: "Overlap", at: t0, runtime: "r" }), ["overlapping handlers"])
  assert.deepStrictEqual(reported({ _tag: "Outlived", at: t0, runtime: "r", by: 5_000 }), ["outlived"])
  assert.deepStrictEqual(reported({ _tag: "Unhandled", at: t0, detail: "…" }), ["unhandled"])
})

it("the ledger reports broken rules of Discord, except those about time while an event loop was blocked", () => {
  const broken = { _tag: "Violation", rule: "send-limit", detail: "…", connection: 1, shardId: 0 } as const
  assert.deepStrictEqual(
    kinds(({ fact }) => fact(10, broken)),
    ["rule of Discord's: send-limit"]
  )
  const late = { ...broken, rule: "no-heartbeat" } as const
  assert.deepStrictEqual(
    kinds(({ fact }) => fact(10_000, late)),
    ["rule of Discord's: no-heartbeat"]
  )
  const blocked = kinds(({ fact, ledger }) => {
    fact(10_000, late)
    ledger.lag(t0 + 10_500, 1_500)
  })
  assert.deepStrictEqual(blocked, [])
})

it("the ledger reports a process that does not end, ends by itself, or ends with another code", () => {
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.exited(1, t0, "stopped", undefined)),
    ["did not exit"]
  )
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.exited(1, t0, undefined, 1)),
    ["exited"]
  )
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.exited(1, t0, "stopped", 1)),
    ["exit code"]
  )
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.exited(1, t0, "killed", null)),
    []
  )
})

it("the ledger reports a process that gives another reason after a fatal close, or none", () => {
  const ended = (code: number, reason?: string) =>
    kinds(({ ledger }) => {
      if (reason !== undefined) ledger.report(1, { _tag: "Fatal", at: t0, reason, detail: "…" })
      ledger.exited(1, t0, "fatal", code, "InvalidShard")
    })
  assert.deepStrictEqual(ended(1, "InvalidShard"), [])
  assert.deepStrictEqual(ended(1, "ShardingRequired"), ["another end"])
  assert.deepStrictEqual(ended(1), ["another end"])
  assert.deepStrictEqual(ended(0, "InvalidShard"), ["another end"])
})

describe("the ledger reports, of the budget:", () => {
  const identify = {
    _tag: "Identify",
    connection: 2,
    shardId: 1,
    shardCount: 2,
    key: 0,
    intents: 0,
    accepted: true
  } as const
  const spent = { _tag: "Spent", at: t0 + 1_000, millis: 5_000 } as const

  it("an IDENTIFY that is sent although none is left", () => {
    const sentAt = (at: number, act?: (forged: Forged) => void) =>
      kinds((forged) => {
        forged.ledger.report(1, spent)
        act?.(forged)
        forged.fact(at, identify)
      })
    assert.deepStrictEqual(sentAt(3_000), ["IDENTIFY without a budget"])
    const opened = (connection: number) => ({ _tag: "Opened", connection, host: "main", url: "/" }) as const
    const waiting = (connection: number) =>
      kinds((forged) => {
        forged.fact(900, opened(connection))
        forged.ledger.report(1, spent)
        forged.fact(3_000, identify)
        forged.fact(3_001, { ...identify, shardId: 3 })
        forged.fact(3_100, { _tag: "Closed", connection, shardId: 1, code: 4200, reason: "", by: "client" })
      })
    assert.deepStrictEqual(waiting(2), ["IDENTIFY without a budget"])
    assert.deepStrictEqual(sentAt(6_500), [])
    assert.deepStrictEqual(
      sentAt(3_000, ({ ledger }) => ledger.death(1, t0 + 2_000, "killed")),
      []
    )
    const afterwards = kinds(({ fact, ledger }) => {
      ledger.death(1, t0 + 900, "stopped")
      ledger.report(1, spent)
      fact(3_000, identify)
    })
    assert.deepStrictEqual(afterwards, [])
  })

  it("a process that refuses to start although the budget was not used up", () => {
    const refused = (act: (forged: Forged) => void) =>
      kinds((forged) => {
        act(forged)
        forged.ledger.report(2, { _tag: "BootFailed", at: t0, reason: "SessionLimitExhausted", detail: "…" })
        forged.ledger.exited(2, t0, undefined, 2)
      })
    assert.deepStrictEqual(
      refused(() => undefined),
      ["exited"]
    )
    assert.deepStrictEqual(
      refused(({ ledger }) => void ledger.book.excuse("budget", t0 - 1_000, t0 + 1_000)),
      []
    )
  })
})

describe("the ledger reports, of requests for members:", () => {
  const answer = (outcome: string, at = 3_000): Report => ({ _tag: "Members", at: t0 + at, id: 1, outcome })
  const asked = (trouble: "none" | "limited" | "never", act: (forged: Forged) => void) =>
    kinds((forged) => {
      forged.ledger.requests.asked(1, 1, 0, t0 + 1_000, trouble)
      act(forged)
    })

  it("one that never ends although its process lives on", () => {
    assert.deepStrictEqual(
      asked("none", () => undefined),
      ["request never ended"]
    )
    assert.deepStrictEqual(
      asked("none", ({ ledger }) => ledger.death(1, t0 + 2_000, "stopped")),
      []
    )
  })

  it("one that fails without a reason, or ends twice", () => {
    const ends = (trouble: "none" | "limited" | "never", outcome: string) =>
      asked(trouble, ({ ledger }) => ledger.report(1, answer(outcome)))
    assert.deepStrictEqual(ends("limited", "complete"), [])
    assert.deepStrictEqual(ends("never", "RequestTimedOut"), [])
    assert.deepStrictEqual(ends("none", "RequestTimedOut"), ["request failed"])
    assert.deepStrictEqual(ends("limited", "RequestTimedOut"), ["request failed"])
    assert.deepStrictEqual(ends("never", "ShardNotRunning"), ["request failed"])
    const cut = asked("none", ({ closed, ledger }) => {
      closed(2_000)
      ledger.report(1, answer("RequestTimedOut"))
    })
    assert.deepStrictEqual(cut, [])
    // One is never answered, whichever of the two arrived first; the other one is.
    const two = (...outcomes: ReadonlyArray<string>) =>
      asked("none", ({ ledger }) => {
        ledger.requests.asked(2, 1, 0, t0 + 1_100, "never")
        for (const [index, outcome] of outcomes.entries()) {
          ledger.report(1, { _tag: "Members", at: t0 + 3_000, id: index + 1, outcome })
        }
      })
    assert.deepStrictEqual(two("RequestTimedOut", "complete"), [])
    assert.deepStrictEqual(two("complete", "RequestTimedOut"), [])
    assert.deepStrictEqual(two("RequestTimedOut", "RequestTimedOut"), ["request failed"])
    const twice = asked("none", ({ ledger }) => {
      ledger.report(1, answer("complete"))
      ledger.report(1, answer("complete", 3_100))
    })
    assert.deepStrictEqual(twice, ["answered twice"])
  })
})

it("the ledger reports sockets that are left open, and shards that do not come back", () => {
  const opened = { _tag: "Opened", connection: 9, host: "main", url: "/" } as const
  assert.deepStrictEqual(
    kinds(({ fact }) => fact(10, opened)),
    ["sockets left"]
  )
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.recoveries.wounded("drop", 0, t0, bounds.recovery)),
    ["not recovered"]
  )
})

it("the ledger reports a heap that grows, and a token that is printed", () => {
  const grown = kinds(({ ledger }) => {
    ledger.heap(t0, 100_000_000)
    ledger.heap(t0, 106_000_000)
  })
  assert.deepStrictEqual(grown, ["heap"])
  assert.deepStrictEqual(
    kinds(({ ledger }) => ledger.printed(t0, `Bot ${discord.token}`)),
    ["token printed"]
  )
})

it("the ledger reports a log with a gap", () => {
  const found = kinds(({ ledger }) => ledger.fact({ _tag: "Started", host: "main", index: 1_000, at: t0 }))
  assert.include(found, "ledger")
})

it("a violation has the history around it", () => {
  const forged = forge()
  forged.connected()
  forged.ledger.exited(1, t0, "stopped", 1)
  assert.include(forged.ledger.book.violations[0]?.history.join("\n") ?? "", "Opened")
})
