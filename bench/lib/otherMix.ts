/**
 * A second mix of events, so that nothing is tuned to the first: twelve kinds in the shares of a busy community, mostly
 * small ones, few of them plain ASCII, and a whole guild now and then.
 */
import { type Event, guild, inGuild, interactionOf, memberUpdate, presence, random, typing } from "./payloads.ts"

const phrases = [
  "Привет, как дела? Сегодня вечером играем в восемь, кто с нами?",
  "今日のレイドは21時からです。よろしくお願いします！",
  "좋아요 👍🏽 내일 봐요",
  "مرحبا، هل يمكن لأحد أن يساعدني في هذا الأمر؟",
  "Übermäßig schöne Grüße aus Köln – bis später!",
  "ok",
  "lol 😂😂😂",
  'see <#300000000000000001>, <@500000000000000003>\n```ts\nconst a = "\\u00e9"\n```'
]
const phrase = (): string => phrases[random(phrases.length)] ?? ""

const snowflake = (index: number): string => String(1_310_000_000_000_000_000n + BigInt(index) * 4_194_304n)
const userId = (): string => String(500_000_000_000_000_000n + BigInt(random(50)))

// Another library wrote these, with other keys first and none that is empty.
const message = (index: number, text: string): Event[1] => ({
  id: snowflake(index),
  ...inGuild(),
  author: { id: userId(), username: "sénya", global_name: "Сеня 🌙", avatar: null, discriminator: "0" },
  member: { nick: phrase().slice(0, 12), roles: [], joined_at: "2023-05-06T07:08:09.000000+00:00", flags: 0 },
  content: text,
  timestamp: "2026-11-21T12:34:56.789000+00:00",
  edited_timestamp: null,
  tts: false,
  mention_everyone: false,
  mentions: [],
  mention_roles: [],
  attachments: [],
  embeds: [],
  pinned: false,
  type: 0
})

const reaction = (index: number): Event[1] => ({
  user_id: userId(),
  message_id: snowflake(index - random(500)),
  emoji: index % 3 === 0 ? { id: "900000000000000001", name: "ça_va", animated: false } : { id: null, name: "🎉" },
  ...inGuild(),
  type: 0,
  burst: false
})

const voice = (index: number): Event[1] => ({
  ...inGuild(),
  user_id: userId(),
  session_id: `session${index}`,
  deaf: false,
  mute: false,
  self_deaf: false,
  self_mute: index % 2 === 0,
  self_video: false,
  suppress: false,
  request_to_speak_timestamp: null
})

/** 30 kB, in which most of the text is not ASCII. */
const bigGuild = (index: number): Event[1] => {
  const data = guild(index % 4)
  return {
    ...data,
    name: "Сообщество 🌍",
    description: phrases.join(" "),
    rules: Array.from({ length: 100 }, () => phrase())
  }
}

// C, E, D: messages that are sent, changed and deleted. R, X: reactions that come and go. P: presence. T: typing. U, A:
// members who change and join. V: voice. I: interactions. Every fifth G is a guild, and the others are messages.
const kinds = "CCRTPCCIERXCTVCRCPTDCURICCAXTRECPVCRDTUG"
const guildEach = 5

/** The event at a place of a flood. The last is always an interaction, by which a client knows that it is over. */
export const otherEvent = (index: number, isLast: boolean): Event => {
  switch (isLast ? "I" : kinds[index % kinds.length]) {
    case "E":
      return ["MESSAGE_UPDATE", message(index, phrase())]
    case "D":
      return ["MESSAGE_DELETE", { id: snowflake(index), ...inGuild() }]
    case "R":
      return ["MESSAGE_REACTION_ADD", reaction(index)]
    case "X":
      return ["MESSAGE_REACTION_REMOVE", reaction(index)]
    case "P":
      return ["PRESENCE_UPDATE", presence(index)]
    case "T":
      return ["TYPING_START", typing()]
    case "U":
      return ["GUILD_MEMBER_UPDATE", memberUpdate(index)]
    case "A":
      return ["GUILD_MEMBER_ADD", memberUpdate(index)]
    case "V":
      return ["VOICE_STATE_UPDATE", voice(index)]
    case "I":
      return interactionOf(index, isLast)
    case "G":
      if (Math.floor(index / kinds.length) % guildEach === 0) return ["GUILD_CREATE", bigGuild(index)]
      return ["MESSAGE_CREATE", message(index, phrase())]
    default:
      return ["MESSAGE_CREATE", message(index, phrase())]
  }
}
