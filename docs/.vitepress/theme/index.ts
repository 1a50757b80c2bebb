/** VitePress' own theme in the colours of fibercord. */
import DefaultTheme from "vitepress/theme"
import { register } from "./live/index.ts"
import "./style.css"

register()

export default DefaultTheme
