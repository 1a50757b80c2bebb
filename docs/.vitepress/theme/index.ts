/** VitePress' own theme in the colours of fibercord. */
import DefaultTheme from "vitepress/theme"
import "./style.css"

export default DefaultTheme
