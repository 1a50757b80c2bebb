/** dfx has packages of its own, in `dfx/`. */
export { start } from "./dfx/client.ts"
