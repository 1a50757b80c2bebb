/** What the menus of messages and users offer. */
import type { MessageView } from "../../Protocol.ts"
import type { MenuEntry } from "../base/FcMenu.ts"
import { emit } from "../message/Act.ts"
import type { Session } from "./Session.ts"

const userCommand = 2
const messageCommand = 3
const manageMessages = 1n << 13n
const pinMessages = 1n << 51n

/** Emojis that are one click away. */
const quick = ["👍", "❤️", "😂", "🎉", "👀"]

const appEntries = (
  session: Session,
  type: number,
  target: { user: string } | { message: string }
): ReadonlyArray<MenuEntry> =>
  (session.view?.commands ?? [])
    .filter((command) => (command.type as number) === type)
    .map(({ name }, index) => ({
      label: name,
      run: () => void session.act({ type: "contextMenu", name, target }),
      ...(index === 0 ? { heading: "Apps" } : {})
    }))

/** Whether a user may delete a message: their own, or others with the permission. Source: Discord, "Delete Message". */
export const mayDelete = (session: Pick<Session, "user" | "view">, message: MessageView): boolean =>
  message.raw.author.id === session.user || (BigInt(session.view?.permissions ?? "0") & manageMessages) !== 0n

/** Types of messages whose content is the author's. Source: Discord, "Message Types". */
const written: ReadonlySet<number> = new Set([0, 19])

/** Whether a user may change a message. Source: Discord, "Edit Message". */
export const mayEdit = ({ user }: Pick<Session, "user">, { raw, visibleTo }: MessageView): boolean =>
  raw.author.id === user && visibleTo === undefined && written.has(raw.type)

/** Types of messages that can be pinned: those that somebody wrote. */
const pinnable: ReadonlySet<number> = new Set([0, 19, 20, 23])

/** Whether a user may pin a message. Source: Discord, "Pin Message". */
export const mayPin = ({ view }: Pick<Session, "view">, { raw, visibleTo }: MessageView): boolean =>
  visibleTo === undefined && pinnable.has(raw.type) && (BigInt(view?.permissions ?? "0") & pinMessages) !== 0n

/** The menu of a message. `host` hears `reply`, `edit`, `emojis` and `inspect`. */
export const messageMenu = (session: Session, message: MessageView, host: EventTarget): ReadonlyArray<MenuEntry> => {
  const { id } = message.raw
  const { interaction } = message
  const local = message.visibleTo !== undefined
  return [
    ...(local ? [] : [{ label: "Reply", run: () => void emit(host, "reply", message) }]),
    ...(mayEdit(session, message) ? [{ label: "Edit message", run: () => void emit(host, "edit", message) }] : []),
    ...(mayPin(session, message)
      ? [
          {
            label: message.raw.pinned ? "Unpin message" : "Pin message",
            run: () => void session.pin(id, !message.raw.pinned)
          }
        ]
      : []),
    { label: "Copy text", run: () => void navigator.clipboard?.writeText(message.raw.content) },
    ...(interaction === undefined
      ? []
      : [{ label: "Inspect", run: () => void emit(host, "inspect", { interaction }) }]),
    ...appEntries(session, messageCommand, { message: id }),
    ...(local
      ? []
      : quick.map((emoji, index) => ({
          label: `React with ${emoji}`,
          run: () => void session.act({ type: "react", message: id, emoji }),
          ...(index === 0 ? { heading: "Reactions" } : {})
        }))),
    ...(local ? [] : [{ label: "React with another emoji…", run: () => void emit(host, "emojis", { message: id }) }]),
    ...(mayDelete(session, message) && !local
      ? [{ label: "Delete message", danger: true, run: () => void session.act({ type: "delete", message: id }) }]
      : [])
  ]
}

/** The menu of a user. */
export const userMenu = (session: Session, user: string): ReadonlyArray<MenuEntry> => [
  { label: "Copy user ID", run: () => void navigator.clipboard?.writeText(user) },
  ...appEntries(session, userCommand, { user })
]
