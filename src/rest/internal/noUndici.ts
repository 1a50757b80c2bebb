/**
 * What `#undici` means where `undici` cannot run: on Bun, which replaces it by a stub, and in Workers and browsers. See
 * `imports` in package.json.
 */

/** There is none. */
export const Agent = undefined
