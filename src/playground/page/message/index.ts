/**
 * The renderer of messages and forms alone: elements with properties in and events out, which know neither a connection
 * nor a store. Another page, for example that of a documentation, gives them Discord's objects.
 */
export { FcMessage } from "./FcMessage.ts"
export { act, emit, type Act } from "./Act.ts"
export { emptyDirectory, localMedia, nameOf, type Directory, type Person } from "./Directory.ts"
export { isGrouped, startsDay } from "./grouping.ts"
export { FcModal } from "../modal/FcModal.ts"
