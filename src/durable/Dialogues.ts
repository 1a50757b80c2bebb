/**
 * The durable dialogues of a bot: they are started, read, cancelled and moved to other versions here. The layers say where
 * they are kept.
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Bot, ErrorReply } from "fibercord"
 * import { Dialogues, Durable } from "fibercord/durable"
 *
 * const remind = Durable.slash("remind", { version: 1, description: "Tomorrow" }, (_options, { user }) =>
 *   Durable.sleep("a day", "1 day").pipe(
 *     Effect.andThen(Durable.send("reminder", Durable.dm(user.id), { content: "You wanted to be reminded." }))
 *   )
 * )
 *
 * const BotLive = Bot.layer({
 *   interactions: [remind],
 *   onError: () => ErrorReply.ephemeral("That did not work.")
 * }).pipe(
 *   Layer.provide(Dialogues.layerSqlite({ filename: "dialogues.db" })),
 *   Layer.provide(Bot.layerDiscord)
 * )
 * ```
 *
 * Built on Effect's workflow engine, which may change in a minor version of Effect.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { SocketServerError } from "effect/socket/SocketServer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { DiscordConfig } from "../DiscordConfig.ts"
import * as Inspection from "../internal/Inspection.ts"
import type { DialogueEnded, MigrationRefused, StorageFailed, UnknownDialogue } from "./DurableError.ts"
import type { HasDialogue, HasInput } from "./internal/dialogue.ts"
import { dialogues } from "./inspected.ts"
import * as Engine from "./internal/engine.ts"
import * as Operate from "./internal/operate.ts"

export { DialogueEnded, MigrationRefused, StorageFailed, UnknownDialogue } from "./DurableError.ts"

/**
 * What became of a dialogue:
 * - `running`: it takes its steps, or waits;
 * - `held`: its code does not fit its journal, see `ReplayMismatch`, or no process has its code; it goes on when one has
 *   code that fits;
 * - `done`, `failed`, `cancelled`: it has ended; `migrated`: another one of another version has taken its place.
 */
export type Status = "running" | "held" | "done" | "failed" | "cancelled" | "migrated"

/** A dialogue. Times are milliseconds since 1970. */
export interface Info {
  readonly id: string
  /** The name of its definition. */
  readonly name: string
  readonly version: number
  readonly status: Status
  /** Why it is held, or has failed. */
  readonly problem: string | undefined
  /** Who began it, if that was a user. */
  readonly userId: string | undefined
  readonly channelId: string | undefined
  readonly guildId: string | undefined
  readonly startedAt: number
  readonly endedAt: number | undefined
  /** The id of the one that has taken its place, if it was migrated. */
  readonly successor: string | undefined
}

/** A step that a dialogue has begun. */
export interface StepInfo {
  /** `ask`, `send`, `edit`, `step`, `sleep` and so on. */
  readonly kind: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly begunAt: number
}

/** A question that takes answers. */
export interface OpenQuestion {
  readonly kind: string
  /** The name of the step that asks. */
  readonly step: string
  /** Where its message is; `undefined` until it is sent. */
  readonly channelId: string | undefined
  readonly messageId: string | undefined
}

/** A dialogue with what it has done. */
export interface Details extends Info {
  /** Its journal, in order. The last step may not be over. */
  readonly steps: ReadonlyArray<StepInfo>
  readonly questions: ReadonlyArray<OpenQuestion>
}

/** Which dialogues are listed: those that fit all of this. */
export interface ListOptions {
  /** The name of the definition. Default: any. */
  readonly name?: string | undefined
  /** The version of the definition. Default: any. */
  readonly version?: number | undefined
  /** What the dialogue does, or how it has ended. Default: any. */
  readonly status?: Status | undefined
  /** The id of the user who began it. Default: any. */
  readonly userId?: string | undefined
  /** How many at most. Default: 100. */
  readonly limit?: number | undefined
  /** The last one of the page before. Default: the list begins with the newest. */
  readonly after?: Pick<Info, "id" | "startedAt"> | undefined
}

/** Moves dialogues to other definitions. */
export interface Migrate {
  /** To one that begins with an input. */
  <I>(
    id: string,
    to: HasInput<I>,
    input: I
  ): Effect.Effect<string, UnknownDialogue | DialogueEnded | MigrationRefused | StorageFailed>
  /** To another version of its command, with the interaction that it began with. */
  (
    id: string,
    to: HasDialogue
  ): Effect.Effect<string, UnknownDialogue | DialogueEnded | MigrationRefused | StorageFailed>
}

/** The dialogues of a bot. */
export class Dialogues extends Context.Service<
  Dialogues,
  {
    /** Dialogues, the newest first. Those that have ended are removed after some time. */
    readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<Info>, StorageFailed>
    /** One dialogue, with the journal of its steps and its open questions. */
    readonly get: (id: string) => Effect.Effect<Details, UnknownDialogue | StorageFailed>
    /**
     * Ends a dialogue, soon: its handler is interrupted where it waits, and the components of its open questions are
     * disabled. A step that is being taken ends first. This works without its code, too. Nothing happens if it has ended.
     */
    readonly cancel: (id: string) => Effect.Effect<void, UnknownDialogue | StorageFailed>
    /** Lets a held dialogue go on, if its code fits now. That happens by itself when a process starts. */
    readonly resume: (id: string) => Effect.Effect<void, UnknownDialogue | StorageFailed>
    /**
     * Ends a dialogue as `migrated`, disables the components of its open questions, and begins another one in its place from
     * its start, whose id is returned. That one knows nothing of what the old one did, so give its input what it needs. After
     * a crash, or at the same time, the same call goes on with the same one; a dialogue that has ended, or that was migrated
     * to something else, is refused with `DialogueEnded`.
     */
    readonly migrate: Migrate
  }
>()("fibercord/durable/Dialogues") {}

const layer = (prefix: string, { retention = "7 days" }: KeepOptions) => {
  // Of longer names PostgreSQL keeps the beginning only, so that tables would be taken for each other.
  if (!/^[\w-]{1,30}$/.test(prefix)) {
    throw new TypeError(`The prefix of tables has 1 to 30 letters, digits, \`_\` and \`-\`: "${prefix}".`)
  }
  return Layer.effect(
    Dialogues,
    Effect.tap(Operate.make(prefix, retention), ({ get, list }) => Inspection.show(dialogues, { get, list }))
  )
}

/** For how long dialogues are kept. */
export interface KeepOptions {
  /**
   * How long a dialogue is kept after its end, for {@link Dialogues} and for late clicks. Then everything of it is removed,
   * within a minute. Some seconds at least. Default: 7 days.
   */
  readonly retention?: Duration.Input | undefined
}

/** Options of {@link layerSqlite}. */
export interface SqliteOptions extends KeepOptions {
  /** The file. It is made if there is none, with a lock beside it. `:memory:` keeps dialogues as long as the process lives, for tests. */
  readonly filename: string
  /** The beginning of the names of tables: 1 to 30 letters, digits, `_` and `-`. Default: `fibercord`. */
  readonly prefix?: string | undefined
}

/**
 * Keeps dialogues in a file of SQLite, for one machine. Several processes may open it, as a deploy does: one of them runs the
 * dialogues, and another one goes on the moment that it ends; what users click is taken by all. Fails with `SqlError` if the
 * file cannot be opened.
 */
export const layerSqlite = ({
  filename,
  prefix = "fibercord",
  ...keep
}: SqliteOptions): Layer.Layer<Dialogues, SqlError> =>
  layer(prefix, keep).pipe(Layer.provide(Engine.layerSqlite(filename, prefix)))

/** Options of {@link layerSql}. */
export interface SqlOptions extends KeepOptions {
  /** The host name or address under which other processes reach this one. Default: `localhost`. */
  readonly host?: string | undefined
  /** The port under which they do. `secret` says who may talk to it. Default: 34432. */
  readonly port?: number | undefined
  /**
   * What all these processes know and nobody else, as in `ClusterBot`: connections between them are encrypted with a key made
   * of it, and whoever does not have it is refused. `false`: anybody who reaches the port may start and end dialogues. Default:
   * the bot's token.
   */
  readonly secret?: Redacted.Redacted | false | undefined
  /** The address to listen on, if it is not `host`. Default: `host`. */
  readonly listenHost?: string | undefined
  /** The port to listen on, if it is not `port`. Default: `port`. */
  readonly listenPort?: number | undefined
  /** How long a process that cannot be reached counts as alive. Its dialogues go on elsewhere after that. Default: 5 seconds. */
  readonly lease?: Duration.Input | undefined
  /** The beginning of the names of tables: 1 to 30 letters, digits, `_` and `-`. Default: `fibercord`. */
  readonly prefix?: string | undefined
}

/**
 * Keeps dialogues in a database that processes on many machines share, and runs them on all of these: each dialogue on one
 * of them at a time. For PostgreSQL through `@effect/sql-pg`. Fails with `SocketServerError` if the port is taken. A database
 * that cannot be reached when the layer is built is a defect.
 */
export const layerSql = (
  options: SqlOptions = {}
): Layer.Layer<Dialogues, SocketServerError, SqlClient | DiscordConfig> => {
  const prefix = options.prefix ?? "fibercord"
  return layer(prefix, options).pipe(Layer.provide(Engine.layerSql({ ...options, prefix })))
}
