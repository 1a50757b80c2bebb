/** The application itself, as its bot reads and changes it. Source: Discord, "Application Resource". */
import { ok } from "./answers.ts"
import { type Json, object } from "./json.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { dictionary, integer, list, model, permissions, type Shape, text, textUpTo, url } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { World } from "./world.ts"

const serverInstall = { scopes: ["applications.commands", "bot"], permissions: "2048" }
const userInstall = { scopes: ["applications.commands"], permissions: "0" }

// What an application has that was made in the developer portal: it can be installed to servers and to users.
const initial: Json = {
  description: "",
  tags: [],
  flags: 0,
  integration_types_config: {
    "0": { oauth2_install_params: serverInstall },
    "1": { oauth2_install_params: userInstall }
  }
}

const changes = new WeakMap<World, Json>()

const fieldsOf = (world: World): Json => ({ ...initial, ...changes.get(world) })

/** The contexts in which the application can be installed. */
export const integrationTypes = (world: World): ReadonlyArray<number> =>
  Object.keys(object(fieldsOf(world)["integration_types_config"])).map(Number)

const payload = (world: World): Json => ({
  id: world.settings.applicationId,
  name: world.bot.username,
  icon: null,
  bot: payloads.user(world.bot),
  bot_public: true,
  bot_require_code_grant: false,
  owner: { id: "1000000000000000002", username: "owner", discriminator: "0", avatar: null },
  team: null,
  verify_key: world.keys.publicKey,
  approximate_guild_count: world.guilds.size,
  ...fieldsOf(world),
  flags_new: String(fieldsOf(world)["flags"])
})

const installParams = model({ scopes: list(text), permissions })

// Source: Discord, "Application Integration Types".
const config: Shape = (problems, value, path) => {
  dictionary(model({ oauth2_install_params: installParams }))(problems, value, path)
  for (const type of Object.keys(object(value))) {
    if (type === "0" || type === "1") continue
    problems.add([...path, type], "BASE_TYPE_CHOICES", "Value must be one of (0, 1).")
  }
}

// Source: Discord, "Edit Current Application".
const changeable: Readonly<Record<string, Shape>> = {
  custom_install_url: url("http", "https"),
  description: textUpTo(400),
  role_connections_verification_url: url("http", "https"),
  install_params: installParams,
  integration_types_config: config,
  flags: integer,
  tags: list(textUpTo(20)),
  event_webhooks_url: url("http", "https"),
  event_webhooks_status: integer,
  event_webhooks_types: list(text)
}

const shape = model(changeable)

const edit = ({ body, world }: Call): Answer => {
  const asked = object(body)
  const problems = new Problems()
  shape(problems, body, [])
  problems.size(["tags"], asked["tags"], 0, 5)
  problems.done()
  const given = Object.entries(asked).filter(([name, value]) => Object.hasOwn(changeable, name) && value !== undefined)
  changes.set(world, { ...changes.get(world), ...Object.fromEntries(given) })
  return ok(payload(world))
}

const read = ({ world }: Call): Answer => ok(payload(world))

/** The routes. */
export const applicationRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/applications/@me", bot: true, handle: read },
  { method: "PATCH", pattern: "/applications/@me", bot: true, handle: edit },
  { method: "GET", pattern: "/oauth2/applications/@me", bot: true, handle: read }
]
