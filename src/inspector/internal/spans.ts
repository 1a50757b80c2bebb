/** A tracer that remembers spans, and passes them on to the tracer that was there. */
import * as Cause from "effect/Cause"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as Inspection from "../../internal/Inspection.ts"
import type { SpanView } from "../InspectorState.ts"
import { fieldsOf, textOf } from "./text.ts"

/** A span, and in whose handler it began. */
export interface Note {
  readonly span: Tracer.Span
  readonly interaction: string | undefined
}

/** Spans. */
export const spans: Inspection.Topic<Note> = Inspection.topic("spans")

const noting = Symbol("fibercord/inspector/noting")

/** Whether a tracer remembers spans already. */
export const isNoting = (tracer: Tracer.Tracer): boolean => noting in tracer

const currentInteraction = (): string | undefined => {
  const interaction = Fiber.getCurrent()?.getRef(References.CurrentLogAnnotations)["interaction"]
  return typeof interaction === "string" ? interaction : undefined
}

/** What is there instead of another tracer: whether the library makes its spans, although only the inspector sees them. */
export interface Alone {
  readonly makesSpans: boolean
}

/** Makes it; without another tracer, spans go nowhere else. */
export const tracer = (ring: Inspection.Ring<Note>, of: Tracer.Tracer | Alone): Tracer.Tracer => {
  const other = "span" in of ? of : undefined
  const onlyNotes = "makesSpans" in of && !of.makesSpans
  const made = Tracer.make({
    span: (options) => {
      const span = other === undefined ? new Tracer.NativeSpan(options) : other.span(options)
      if (!ring.takes) return span
      const own = options.name === "fibercord.interaction"
      ring.push({ span, interaction: own ? undefined : currentInteraction() })
      return span
    },
    context: other?.context?.bind(other)
  })
  return Object.assign(made, { [noting]: true }, onlyNotes ? { [Inspection.onlyNotes]: true } : {})
}

const millis = (nanos: bigint): number => Number(nanos) / 1e6

/** The interaction that a span or one of those around it names, the nearest one first. */
const namedBy = (span: Tracer.AnySpan): string | undefined => {
  for (let each: Tracer.AnySpan | undefined = span; each?._tag === "Span"; each = Option.getOrUndefined(each.parent)) {
    const interaction = each.attributes.get("interaction")
    if (typeof interaction === "string") return interaction
  }
  return undefined
}

/** A note, for people. */
export const view = (n: number, { interaction, span }: Note): SpanView => {
  const { attributes, kind, name, parent, spanId, status } = span
  const exit = status._tag === "Ended" ? status.exit : undefined
  const cause = exit?._tag === "Failure" ? exit.cause : undefined
  return {
    n,
    id: spanId,
    parent: Option.getOrUndefined(parent)?.spanId,
    name,
    kind,
    at: millis(status.startTime),
    endedAt: status._tag === "Ended" ? millis(status.endTime) : undefined,
    status:
      exit === undefined
        ? "running"
        : cause === undefined
          ? "ok"
          : Cause.hasInterruptsOnly(cause)
            ? "interrupted"
            : "failed",
    problem: cause && textOf(Cause.pretty(cause)),
    attributes: fieldsOf(attributes),
    interaction: namedBy(span) ?? interaction
  }
}
