/** What the parts of a message are drawn with. */
import type { APIMessage } from "../../../discord/DiscordApi.ts"
import type { MessageView } from "../../Protocol.ts"
import type { Directory } from "./Directory.ts"

export interface Drawing {
  readonly view: MessageView
  readonly message: APIMessage
  readonly directory: Directory
  /** Custom ids of components that wait for the bot's response. */
  readonly busy: ReadonlySet<string>
  /** The element that fires events. */
  readonly host: EventTarget
}
