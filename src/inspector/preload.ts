/**
 * Lets bots of a process be looked into without a change of their code: `--import fibercord/inspector/preload`, with the
 * port in `FIBERCORD_INSPECTOR_PORT`; without that variable it does nothing. With 0 it takes any port, and tells which one
 * to the process that has started it, if there is a channel: `{ inspector: port }`. What looks takes no part in when the
 * process ends. With `FIBERCORD_INSPECTOR_SPANS=1`, a bot without a tracer makes the spans of fibercord for it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Inspection from "../internal/Inspection.ts"
import { Feed } from "./internal/feed.ts"
import { listen } from "./internal/server.ts"
import { Watch } from "./internal/watch.ts"
import { textOf } from "../internal/thrown.ts"

const given = process.env["FIBERCORD_INSPECTOR_PORT"]

const say = (line: string): void => void process.stderr.write(`${line}\n`)

if (given !== undefined && given !== "") {
  const context = Context.empty()
  const watch = new Watch(context, Context.get(context, Clock.Clock), process.env["FIBERCORD_INSPECTOR_SPANS"] === "1")
  Inspection.install(watch)
  try {
    const { port } = await listen(new Feed(watch), "127.0.0.1", Number(given))
    if (process.connected) process.send?.({ inspector: port })
    else say(`The inspector of the bot is at http://127.0.0.1:${port}`)
  } catch (error) {
    say(`The inspector cannot listen on port ${given}, so the bot runs without it: ${textOf(error)}`)
  }
}
