/**
 * What `#agent`, an import of package.json, means on Node, in the files of the build. It writes this into a file with nothing else of `undici`, whose `fetch` and
 * websockets cost a bot 10 MB; see `scripts/bundle.ts`.
 */
export { Agent } from "undici"
