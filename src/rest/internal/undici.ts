/**
 * What `#agent`, an import of package.json, means in the files of the build on Node. The build writes it into a file with
 * nothing else of `undici`, whose `fetch` and websockets cost a bot 10 MB; see `scripts/bundle.ts`.
 */
export { Agent } from "undici"
