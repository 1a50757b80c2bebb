/** dfx has its own packages, in `dfx/`. */
export { start } from "./dfx/client.ts"
