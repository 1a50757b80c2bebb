/** Starts the page. */
import "./inspector/FcInspector.ts"
import { SocketLink } from "./Link.ts"
import "./shell/FcApp.ts"
import type { FcApp } from "./shell/FcApp.ts"
import { restoreTheme } from "./shell/theme.ts"
import { Store } from "./Store.ts"

restoreTheme()
const { host, protocol } = window.location
const app = document.querySelector<FcApp>("fc-app")
if (app !== null) app.store = new Store(new SocketLink(`${protocol === "https:" ? "wss" : "ws"}://${host}/playground`))
