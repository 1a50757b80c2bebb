/** The inspector as a page of its own, which the bot's inspector serves. */
import "./FcInspector.ts"
