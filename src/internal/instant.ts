/** A moment in milliseconds since 1970, as text for people. One that no calendar has is told as the number that it is. */
export const instant = (millis: number): string => {
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? `${millis} milliseconds after 1970` : date.toISOString()
}
