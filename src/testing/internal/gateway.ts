/** The gateway: how Discord answers each frame, and what it refuses. */
import type { IncomingMessage } from "node:http"
import type { RawData, WebSocket } from "ws"
import * as Duration from "effect/Duration"
import type { Action, Point } from "../Faults.ts"
import type { Host, Rule } from "../Log.ts"
import { isSpoken } from "./apiVersions.ts"
import { Connection } from "./connection.ts"
import type { Hooks } from "./hooks.ts"
import type { Journal } from "./journal.ts"
import { array, isObject, type Json, number, object, parse, string } from "./json.ts"
import { answerMembers } from "./members.ts"
import { Close, endsSession, Intent, maxPayload, Op } from "./protocol.ts"
import { refusalOf, shardOf } from "./identify.ts"
import { problemOf } from "./sendEvents.ts"
import { ReplayFaults } from "./replay.ts"
import { type Kept, Session } from "./session.ts"
import type { Settings } from "./settings.ts"
import { soundsOf } from "./soundboard.ts"
import { StartLimit } from "./startLimit.ts"
import type { Time } from "./time.ts"
import * as payloads from "./payloads.ts"
import { answerVoice, channelInfo } from "./voice.ts"
import type { GuildRecord, World } from "./world.ts"

// How long a frame may be under way, in milliseconds: one that was sent before op 9 arrived breaks no rule.
const onTheWay = 1_000

/** All sessions and connections of one fake. */
export class Gateway {
  readonly connections = new Set<Connection>()
  readonly sessions = new Map<string, Session>()
  readonly replayFaults = new ReplayFaults()
  readonly settings: Settings
  readonly startLimit: StartLimit
  /** New connections split compressed payloads into websocket messages of this many bytes. */
  splitEvery: number | undefined
  readonly #world: World
  readonly #journal: Journal
  readonly #hooks: Hooks
  readonly #time: Time
  readonly #resumeUrl: () => string
  /** When all members of a guild were last requested. */
  readonly #memberRequests = new Map<string, number>()
  #connectionCount = 0
  #sessionCount = 0
  #tokenReset = false

  constructor(options: {
    readonly settings: Settings
    readonly world: World
    readonly journal: Journal
    readonly hooks: Hooks
    readonly time: Time
    readonly resumeUrl: () => string
  }) {
    this.settings = options.settings
    this.#world = options.world
    this.#journal = options.journal
    this.#hooks = options.hooks
    this.#time = options.time
    this.#resumeUrl = options.resumeUrl
    this.startLimit = new StartLimit(options.settings, options.time.now)
  }

  /** Whether the token is the bot's current token. */
  accepts(token: string | undefined): boolean {
    return token === this.settings.token && !this.#tokenReset
  }

  /** Sessions that are connected or can be resumed. */
  live(): ReadonlyArray<Session> {
    for (const session of this.sessions.values()) {
      const { detachedAt } = session
      if (detachedAt === undefined || this.#time.now() - detachedAt < this.settings.sessionLifetime) continue
      this.end(session, "it was not resumed in time")
    }
    return [...this.sessions.values()].filter((session) => session.ready)
  }

  /** Dispatches an event to all sessions that own the guild and whose intents allow it. */
  offer(t: string, d: Json, guildId: string | undefined, intents?: number): void {
    for (const session of this.live()) {
      if (session.owns(guildId)) session.offer(t, this.#shaped(session, t, d), guildId, intents)
    }
  }

  // Source: Discord, "Guild Create": with the intent GUILD_PRESENCES it has all members of a guild that is not large.
  #shaped(session: Session, t: string, d: Json): Json {
    const guild = t === "GUILD_CREATE" ? this.#world.guilds.get(String(d["id"])) : undefined
    if (guild === undefined) return d
    const everybody = session.has(Intent.guildPresences) ? payloads.everybody(this.#world, guild) : {}
    return { ...d, large: guild.members.size > session.largeThreshold, ...everybody }
  }

  /** Ends a session: it can no longer be resumed. */
  end(session: Session, why: string): void {
    if (!this.sessions.delete(session.id)) return
    const { connection } = session
    if (connection !== undefined) {
      connection.session = undefined
      connection.authenticated = false
    }
    session.connection = undefined
    this.#journal.add({ _tag: "SessionEnded", shardId: session.shardId, session: session.id, why })
  }

  /** Takes over a new websocket. */
  accept(ws: WebSocket, request: IncomingMessage, host: Host): void {
    const connection = new Connection({ id: ++this.#connectionCount, host, ws, request, journal: this.#journal })
    connection.splitEvery = this.splitEvery
    this.connections.add(connection)
    this.#journal.add({ _tag: "Opened", connection: connection.id, host, url: request.url ?? "/" })
    ws.on("message", (data, isBinary) => this.#onMessage(connection, data, isBinary))
    ws.on("close", (code, reason) => this.#onClose(connection, code, reason.toString()))
    // A broken socket also emits "close".
    ws.on("error", () => undefined)
    if (!isSpoken(connection.params.get("v"))) {
      return this.#refuse(connection, "invalid-version", Close.invalidVersion, `v=${connection.params.get("v")}`)
    }
    if (connection.params.get("encoding") !== "json") {
      return this.#refuse(connection, "invalid-payload", Close.decodeError, "this fake speaks encoding=json only")
    }
    // Source: Discord, "Gateway URL Query String Params": the accepted values.
    const compress = connection.params.get("compress")
    if (compress !== null && compress !== "zlib-stream" && compress !== "zstd-stream") {
      return this.#refuse(connection, "invalid-payload", Close.decodeError, `compress=${compress}`)
    }
    this.#at("hello", connection, () => {
      connection.send({ op: Op.hello, d: { heartbeat_interval: this.settings.heartbeatInterval, _trace: ["[fake]"] } })
      this.#expectHeartbeat(connection)
    })
  }

  /** Runs the fault that is armed at a point, or else the normal work. */
  #at(point: Point, connection: Connection, proceed: () => void): void {
    const action = this.#hooks.take(point, { shardId: connection.shardId, host: connection.host })
    if (action === undefined) proceed()
    else this.act(connection, action, proceed)
  }

  /** Runs the action of a fault on a connection. */
  act(connection: Connection, action: Action, proceed: () => void): void {
    switch (action._tag) {
      case "Delay": {
        this.#time.after(Duration.toMillis(action.duration), () => {
          if (connection.isOpen) proceed()
        })
        return
      }
      case "Close": {
        this.close(connection, action.code)
        return
      }
      case "Drop":
        return connection.drop(action.reset === true)
      case "Freeze":
        return connection.freeze()
      case "Reconnect": {
        connection.send({ op: Op.reconnect, d: null })
        if (action.proceed === true) proceed()
        return
      }
      case "InvalidSession":
        return this.invalidate(connection, action.resumable, "a fault")
      case "RateLimited":
      case "Status":
      case "Never":
        return
    }
  }

  /** Closes with a code, and ends the session if Discord would. */
  close(connection: Connection, code: number | undefined): void {
    const { session } = connection
    if (session !== undefined && code !== undefined && endsSession.has(code)) this.end(session, `closed with ${code}`)
    connection.close(code)
  }

  /** Sends op 9. The connection loses its session, which ends unless it stays resumable. */
  invalidate(connection: Connection, resumable: boolean, why: string): void {
    const { session } = connection
    if (session !== undefined && resumable) this.#detach(session)
    if (session !== undefined && !resumable) this.end(session, `invalidated: ${why}`)
    connection.session = undefined
    connection.authenticated = false
    connection.invalidatedAt = this.#time.now()
    connection.send({ op: Op.invalidSession, d: resumable })
  }

  #onClose(connection: Connection, code: number, reason: string): void {
    const by = connection.closing ?? "client"
    connection.closing = by
    const { id, session, shardId } = connection
    this.connections.delete(connection)
    connection.cancelHeartbeatCheck?.()
    if (session !== undefined) {
      if (by === "client" && (code === 1000 || code === 1001)) this.end(session, `closed by the client with ${code}`)
      else if (!session.ready) this.end(session, "closed before READY")
      else this.#detach(session)
    }
    this.#journal.add({ _tag: "Closed", connection: id, shardId, code, reason, by })
  }

  #detach(session: Session): void {
    session.connection = undefined
    session.detachedAt = this.#time.now()
  }

  #refuse(connection: Connection, rule: Rule, code: number, detail: string): void {
    this.#journal.violation(rule, detail, connection)
    this.close(connection, code)
  }

  #onMessage(connection: Connection, data: RawData, isBinary: boolean): void {
    if (connection.closing !== undefined || connection.frozen) return
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
    if (bytes.length > maxPayload) {
      return this.#refuse(connection, "payload-size", Close.decodeError, `${bytes.length} bytes`)
    }
    const frame = isBinary ? undefined : parse(bytes.toString())
    if (!isObject(frame)) return this.#refuse(connection, "invalid-payload", Close.decodeError, "not a JSON object")
    const now = this.#time.now()
    connection.received = [...connection.received.filter((at) => now - at < this.settings.sendWindow), now]
    if (connection.received.length > this.settings.sendLimit) {
      const detail = `${connection.received.length} frames in ${this.settings.sendWindow} ms`
      return this.#refuse(connection, "send-limit", Close.rateLimited, detail)
    }
    this.#onFrame(connection, frame["op"], frame["d"])
  }

  #onFrame(connection: Connection, op: unknown, d: unknown): void {
    const { id, shardId } = connection
    switch (op) {
      case Op.heartbeat: {
        connection.hasBeaten = true
        const problem = problemOf(op, d)
        if (problem !== undefined) {
          return this.#refuse(connection, "invalid-payload", Close.unknownOpcode, `op ${op}: ${problem}`)
        }
        this.#journal.add({ _tag: "Heartbeat", connection: id, shardId, seq: number(d) ?? null })
        return this.#at("ack", connection, () => void connection.send({ op: Op.ack, d: null }))
      }
      case Op.identify:
      case Op.resume: {
        if (connection.authenticated) {
          return this.#refuse(connection, "already-authenticated", Close.alreadyAuthenticated, `op ${op}`)
        }
        const problem = problemOf(op, d)
        if (problem !== undefined) {
          return this.#refuse(connection, "invalid-payload", Close.unknownOpcode, `op ${op}: ${problem}`)
        }
        return op === Op.identify ? this.#onIdentify(connection, object(d)) : this.#onResume(connection, object(d))
      }
      case Op.presence:
      case Op.voice:
      case Op.members:
      case Op.soundboard:
      case Op.channelInfo: {
        this.#journal.add({ _tag: "Received", connection: id, shardId, op, d })
        const { session } = connection
        if (session === undefined) {
          if (this.#time.now() - connection.invalidatedAt < onTheWay) return
          return this.#refuse(connection, "not-authenticated", Close.notAuthenticated, `op ${op}`)
        }
        const problem = problemOf(op, d)
        if (problem !== undefined) {
          return this.#refuse(connection, "invalid-payload", Close.unknownOpcode, `op ${op}: ${problem}`)
        }
        return this.#onCommand(connection, session, op, object(d))
      }
      default:
        return this.#refuse(connection, "unknown-opcode", Close.unknownOpcode, `op ${JSON.stringify(op)}`)
    }
  }

  // Guilds without the bot, and those of other shards, get no answer.
  #hasGuild(connection: Connection, session: Session, op: number, guildId: unknown): boolean {
    const id = String(guildId)
    if (this.#world.guilds.has(id) && session.owns(id)) return true
    // One that has just been removed is no mistake of the bot, and a list may name some in vain.
    if (op !== Op.soundboard && !this.#world.formerGuilds.has(id)) {
      this.#journal.violation("unknown-guild", `op ${op}: ${id} is no guild of this shard`, connection)
    }
    return false
  }

  #onCommand(connection: Connection, session: Session, op: number, d: Json): void {
    const hasGuild = (id: unknown): boolean => this.#hasGuild(connection, session, op, id)
    switch (op) {
      case Op.presence:
        session.presence = d
        return
      case Op.voice:
        if (hasGuild(d["guild_id"])) answerVoice(this.#world, session, d)
        return
      case Op.soundboard:
        for (const guildId of array(d["guild_ids"])) {
          if (!hasGuild(guildId)) continue
          const guild = this.#world.guilds.get(String(guildId))
          const sounds = guild === undefined ? [] : [...soundsOf(guild).values()]
          session.dispatch("SOUNDBOARD_SOUNDS", { guild_id: guildId, soundboard_sounds: sounds })
        }
        return
      case Op.channelInfo:
        if (hasGuild(d["guild_id"])) session.dispatch("CHANNEL_INFO", channelInfo(this.#world, d))
        return
      default:
        if (hasGuild(d["guild_id"])) this.#onMembers(connection, session, d)
    }
  }

  #onMembers(connection: Connection, session: Session, d: Json): void {
    const fault = this.#hooks.take("members", { shardId: session.shardId })
    const answer = () =>
      answerMembers({
        session,
        request: d,
        world: this.#world,
        now: this.#time.now(),
        requests: this.#memberRequests,
        refuse: fault?._tag === "RateLimited" ? fault.retryAfter : undefined,
        report: (rule, detail) => this.#journal.violation(rule, detail, connection)
      })
    if (fault === undefined || fault._tag === "RateLimited") answer()
    else this.act(connection, fault, answer)
  }

  #onIdentify(connection: Connection, d: Json): void {
    const [shardId, shardCount] = shardOf(d["shard"])
    const intents = number(d["intents"]) ?? -1
    const key = this.startLimit.keyOf(shardId)
    connection.shardId = shardId
    this.#at("identify", connection, () => {
      const asked = { shardId, shardCount, intents }
      const refusal = refusalOf(this.settings, this.accepts(string(d["token"])), asked)
      const isFree = this.startLimit.isFree(key)
      const accepted = refusal === undefined && isFree && this.startLimit.spend(key)
      const { id } = connection
      this.#journal.add({ _tag: "Identify", connection: id, shardId, shardCount, key, intents, accepted })
      if (accepted) return this.#start(connection, { ...asked, identify: d })
      if (refusal !== undefined) return this.#refuse(connection, ...refusal)
      if (isFree) {
        this.#journal.violation("session-start-limit", "no IDENTIFY is left in the budget", connection)
        connection.close(Close.authenticationFailed)
        return this.resetToken()
      }
      this.#journal.violation("identify-spacing", `key ${key}`, connection)
      this.invalidate(connection, false, "identified too early")
    })
  }

  /** What Discord does when the budget is exceeded: all sessions end, and the token becomes invalid. */
  resetToken(): void {
    this.#tokenReset = true
    for (const session of this.sessions.values()) {
      const { connection } = session
      this.end(session, "the token was reset")
      connection?.close(Close.authenticationFailed)
    }
  }

  #start(
    connection: Connection,
    shard: {
      readonly shardId: number
      readonly shardCount: number
      readonly intents: number
      readonly identify: Json
    }
  ): void {
    const id = `session-${++this.#sessionCount}`
    const { replayLimit } = this.settings
    const botId = this.#world.bot.id
    const session = new Session({ id, ...shard, botId, journal: this.#journal, replayLimit })
    connection.compressesPayloads = shard.identify["compress"] === true
    this.sessions.set(id, session)
    this.#attach(session, connection)
    const guilds = this.#world.guildsOf(session)
    this.#at("ready", connection, () => {
      if (connection.session !== session) return
      session.dispatch("READY", {
        ...payloads.ready(this.#world, session, guilds, this.#resumeUrl()),
        v: Number(connection.params.get("v"))
      })
      session.ready = true
      this.#journal.add({ _tag: "Ready", connection: connection.id, shardId: session.shardId, session: id })
      // A session whose connection has ended meanwhile keeps them for a RESUME.
      this.#at("guilds", connection, () => {
        for (const guild of guilds) {
          if (guild.unavailable) session.offer("GUILD_DELETE", { id: guild.id, unavailable: true }, guild.id)
          else this.#welcome(session, guild)
        }
      })
    })
  }

  #welcome(session: Session, guild: GuildRecord): void {
    const d = this.#shaped(session, "GUILD_CREATE", payloads.guildCreate(this.#world, guild))
    session.offer("GUILD_CREATE", d, guild.id)
  }

  #attach(session: Session, connection: Connection): void {
    session.connection = connection
    session.detachedAt = undefined
    connection.session = session
    connection.shardId = session.shardId
    connection.authenticated = true
  }

  #onResume(connection: Connection, d: Json): void {
    const known = this.live().find((session) => session.id === d["session_id"])
    connection.shardId = known?.shardId
    this.#at("resume", connection, () => {
      const seq = number(d["seq"]) ?? -1
      const session = this.live().find((session) => session.id === d["session_id"])
      const events = session?.since(seq)
      const right = this.accepts(string(d["token"]))
      this.#journal.add({
        _tag: "Resume",
        connection: connection.id,
        shardId: session?.shardId,
        session: string(d["session_id"]) ?? "",
        seq,
        accepted: right && events !== undefined && session !== undefined && seq <= session.seq
      })
      if (!right) return this.#refuse(connection, "authentication-failed", Close.authenticationFailed, "token")
      if (session === undefined) return this.invalidate(connection, false, "no such session")
      if (events === undefined) {
        this.end(session, "its missed events are no longer kept")
        return this.invalidate(connection, false, "events lost")
      }
      if (seq < 0 || seq > session.seq) {
        this.end(session, `resumed with seq ${seq} of ${session.seq}`)
        return this.#refuse(connection, "invalid-seq", Close.invalidSeq, `${seq} of ${session.seq}`)
      }
      // A session has one connection. The older one, which may be half-open, is cut.
      const older = session.connection
      if (older !== undefined) {
        older.session = undefined
        older.drop(false)
      }
      this.#attach(session, connection)
      this.#replay(session, connection, events)
    })
  }

  #replay(session: Session, connection: Connection, kept: ReadonlyArray<Kept>): void {
    const events = this.replayFaults.apply(session.shardId, kept)
    for (const { d, seq, t } of events) connection.send({ op: Op.dispatch, t, s: seq, d })
    this.#at("resumed", connection, () => {
      if (connection.session !== session) return
      session.dispatch("RESUMED", { _trace: ["[fake]"] })
      this.#journal.add({
        _tag: "Resumed",
        connection: connection.id,
        shardId: session.shardId,
        session: session.id,
        replayed: events.length
      })
    })
  }

  /**
   * Discord closes connections that send no heartbeats. It is looked for them several times, each after the one before: a
   * process that stood still has not read what was sent meanwhile, or was about to be, and that is one look.
   */
  #expectHeartbeat(connection: Connection, silent = 0): void {
    const looks = 4
    const allowed = this.settings.heartbeatInterval * 2
    connection.cancelHeartbeatCheck = this.#time.after(allowed / looks, () => {
      if (!connection.isOpen) return
      const { hasBeaten } = connection
      connection.hasBeaten = false
      if (hasBeaten || silent + 1 < looks) return this.#expectHeartbeat(connection, hasBeaten ? 0 : silent + 1)
      this.#refuse(connection, "no-heartbeat", Close.sessionTimedOut, `none in ${allowed} ms`)
    })
  }
}
