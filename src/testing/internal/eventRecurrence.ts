/** How scheduled events recur. Source: Discord, "Guild Scheduled Event Recurrence Rule Object", System limitations. */
import { checkChoice, checkRequired, checkTime } from "./answers.ts"
import { array, isObject, type Json, number } from "./json.ts"
import type { Problems } from "./validate.ts"

const [yearly, monthly, weekly, daily] = [0, 1, 2, 3]

// The sets of weekdays on which a daily event can be.
const weekdays = new Set(["0,1,2,3,4", "1,2,3,4,5", "6,0,1,2,3", "4,5", "5,6", "6,0"])

const fixed = ["count", "end", "by_year_day"]

const isGiven = (rule: Json, field: string): boolean => rule[field] !== undefined && rule[field] !== null

/** What a rule breaks, by field. */
const faults = (rule: Json): ReadonlyArray<string> => {
  const { frequency } = rule
  const days = array(rule["by_weekday"])
  const size = (field: string) => array(rule[field]).length
  const isOfYear = isGiven(rule, "by_month") || isGiven(rule, "by_month_day")
  const used = [isGiven(rule, "by_weekday"), isGiven(rule, "by_n_weekday"), isOfYear].filter(Boolean)
  const nth = array(rule["by_n_weekday"]).filter(isObject)
  const isWeekdays = frequency === daily ? weekdays.has(days.join(",")) : frequency === weekly && days.length === 1
  const interval = number(rule["interval"]) ?? 1
  return [
    ...fixed.filter((field) => isGiven(rule, field)),
    ...(used.length > 1 ? ["by_weekday"] : []),
    ...(isGiven(rule, "by_weekday") && !isWeekdays ? ["by_weekday"] : []),
    ...(isGiven(rule, "by_n_weekday") &&
    (frequency !== monthly ||
      nth.length !== 1 ||
      !nth.every(({ day, n }) => Number(n) >= 1 && Number(n) <= 5 && Number(day) >= 0 && Number(day) <= 6))
      ? ["by_n_weekday"]
      : []),
    ...(isOfYear && (frequency !== yearly || size("by_month") !== 1 || size("by_month_day") !== 1) ? ["by_month"] : []),
    ...(interval !== 1 && !(frequency === weekly && interval === 2) ? ["interval"] : [])
  ]
}

/** Adds what is wrong with a rule. */
export const checkRecurrence = (problems: Problems, rule: unknown): void => {
  if (rule === undefined || rule === null) return
  const path = ["recurrence_rule"]
  if (!isObject(rule)) return problems.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
  for (const field of ["start", "frequency", "interval"]) checkRequired(problems, [...path, field], rule[field])
  checkTime(problems, [...path, "start"], rule["start"])
  checkChoice(problems, [...path, "frequency"], rule["frequency"], [yearly, monthly, weekly, daily])
  for (const field of new Set(faults(rule))) {
    problems.add([...path, field], "BASE_TYPE_INVALID", "This recurrence is not supported")
  }
}

/** A rule as Discord sends it: what it does not say is `null`. */
export const wholeRecurrence = (rule: unknown): Json | null =>
  isObject(rule)
    ? {
        end: null,
        by_weekday: null,
        by_n_weekday: null,
        by_month: null,
        by_month_day: null,
        by_year_day: null,
        count: null,
        ...rule
      }
    : null
