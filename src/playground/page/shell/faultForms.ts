/** The faults that can be caused, and what a form asks for each of them. */
import type { Fault } from "../../Protocol.ts"

export interface FaultInput {
  readonly name: string
  readonly label: string
  readonly type: "number" | "text" | "checkbox"
  readonly value: string | number | boolean
  /** Left out if nothing is entered. */
  readonly optional?: boolean
}

export interface FaultForm {
  readonly kind: Fault["kind"]
  readonly title: string
  readonly about: string
  readonly inputs: ReadonlyArray<FaultInput>
}

const shard: FaultInput = { name: "shard", label: "Shard (all if empty)", type: "number", value: "", optional: true }
const times: FaultInput = { name: "times", label: "Times", type: "number", value: 1 }
const requests: FaultInput = {
  name: "requests",
  label: "Requests (all if empty)",
  type: "text",
  value: "",
  optional: true
}

export const faultForms: ReadonlyArray<FaultForm> = [
  { kind: "drop", title: "Drop the connection", about: "Ends it without a close frame.", inputs: [shard] },
  { kind: "reconnect", title: "Ask to reconnect (op 7)", about: "The shard resumes.", inputs: [shard] },
  {
    kind: "invalidSession",
    title: "Invalidate the session (op 9)",
    about: "The shard identifies again, unless it may resume.",
    inputs: [{ name: "resumable", label: "Resumable", type: "checkbox", value: false }, shard]
  },
  {
    kind: "freeze",
    title: "Freeze the connection",
    about: "It stays open, and nothing is read or sent.",
    inputs: [shard]
  },
  { kind: "muteAcks", title: "No heartbeat ACKs", about: "Heartbeats are not acknowledged.", inputs: [times] },
  {
    kind: "slowRest",
    title: "Slow REST",
    about: "Requests are answered late.",
    inputs: [{ name: "millis", label: "Milliseconds", type: "number", value: 2000 }, times, requests]
  },
  {
    kind: "failRest",
    title: "Failing REST",
    about: "Requests are answered with an error.",
    inputs: [{ name: "status", label: "Status", type: "number", value: 500 }, times, requests]
  },
  {
    kind: "rateLimit",
    title: "Rate limit",
    about: "Requests are answered with 429.",
    inputs: [
      { name: "retryAfterMillis", label: "Retry after (milliseconds)", type: "number", value: 2000 },
      { name: "global", label: "Global", type: "checkbox", value: false },
      times,
      requests
    ]
  }
]

/** The fault that a form describes. */
export const faultOf = (form: FaultForm, read: (name: string) => string | boolean): Fault => {
  const fields: Record<string, unknown> = { kind: form.kind }
  for (const { name, optional, type } of form.inputs) {
    const value = read(name)
    if (optional === true && value === "") continue
    fields[name] = type === "number" ? Number(value) : value
  }
  return fields as unknown as Fault
}

/** A fault in a line. */
export const describeFault = (fault: Fault): string => {
  const form = faultForms.find(({ kind }) => kind === fault.kind)
  const { kind: _, ...rest } = fault
  const details = Object.entries(rest).map(([name, value]) => `${name}: ${String(value)}`)
  return [form?.title ?? fault.kind, ...details].join(" · ")
}

/** Steps of the clock. */
export const clockSteps: ReadonlyArray<{ readonly label: string; readonly millis: number }> = [
  { label: "Ten seconds later", millis: 10_000 },
  { label: "One minute later", millis: 60_000 },
  { label: "Fifteen minutes later", millis: 15 * 60_000 },
  { label: "One hour later", millis: 3_600_000 },
  { label: "One day later", millis: 86_400_000 },
  { label: "One week later", millis: 7 * 86_400_000 }
]
