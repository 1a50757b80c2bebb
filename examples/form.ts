/** A form whose fields are checked by schemas: the user gets the message of a schema that refuses a value. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer, Schema } from "effect"
import { Bot, Command, Field, Menu, Modal, Reply } from "fibercord"

const Age = Schema.FiniteFromString.check(
  Schema.isBetween({ minimum: 13, maximum: 120 }, { message: "Give your age as a number from 13 to 120." })
)

const signup = Command.slash("signup", { description: "Join the club", replies: { ephemeral: true } }, () =>
  Modal.show(
    {
      title: "Join the club",
      fields: {
        name: Field.short("Name", { min: 2, max: 40 }),
        age: Field.short("Age", { schema: Age }),
        friend: Field.menu("Who invited you?", Menu.user()),
        news: Field.checkbox("Send me news", { checked: true })
      }
    },
    ({ age, friend, name, news }) =>
      Reply.send({ content: `Welcome, ${name} (${age}), friend of ${friend.username}.${news ? " News follow." : ""}` })
  )
)

Bot.layer({ interactions: [signup] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
