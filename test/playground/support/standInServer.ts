/** A page whose server is the stand-in, so that it can be told whatever no bot could send. */
import type { Page } from "playwright-core"
import type { Reply, Request, Update } from "../../../src/playground/Protocol.ts"
import { connect } from "../page/support/standIn.ts"
import { cleaned } from "./poison.ts"

/** What is changed of what the stand-in sends. */
export interface Changes {
  readonly frame?: (frame: Update | Reply) => unknown
  /** Messages in the channel `#many`. */
  readonly many?: number
  /** What is sent after the page was greeted. */
  readonly after?: ReadonlyArray<unknown>
}

/** Connects the page to the stand-in instead of its server. To be called before it is opened. */
export const standIn = (page: Page, { after = [], frame = (frame) => frame, many = 10 }: Changes = {}): Promise<void> =>
  page.routeWebSocket(/\/playground$/, (socket) => {
    const send = (value: unknown) => socket.send(JSON.stringify(value))
    const ask = connect((update) => send(frame(update)), many)
    for (const each of after) send(each)
    socket.onMessage((text) => {
      const { request, seq } = JSON.parse(String(text)) as { readonly seq: number; readonly request: Request }
      ask(seq, request.type === "slash" ? { ...request, name: cleaned(request.name) } : request)
    })
  }) as Promise<unknown> as Promise<void>
