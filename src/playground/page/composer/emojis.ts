/** Emojis that can be searched by name: common ones, by the names that Discord's client has for them. */

/** An emoji that can be chosen. */
export interface Emoji {
  readonly name: string
  /** What stands in a text: the emoji itself, or `<:name:id>`. */
  readonly text: string
  /** What a reaction is made with: the emoji itself, or the id of a custom one. */
  readonly key: string
  /** The id of a custom one. */
  readonly id?: string
}

const faces = `grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 rofl 🤣 joy 😂 slight_smile 🙂
upside_down 🙃 wink 😉 blush 😊 innocent 😇 smiling_face_with_3_hearts 🥰 heart_eyes 😍 star_struck 🤩
kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany_face 🤪 money_mouth 🤑 hugging 🤗 thinking 🤔 shushing_face 🤫
zipper_mouth 🤐 neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 rolling_eyes 🙄 grimacing 😬
relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 nauseated_face 🤢 face_vomiting 🤮 sneezing_face 🤧 hot_face 🥵
cold_face 🥶 dizzy_face 😵 exploding_head 🤯 cowboy 🤠 partying_face 🥳 sunglasses 😎 nerd 🤓 confused 😕 worried 😟
open_mouth 😮 astonished 😲 flushed 😳 pleading_face 🥺 fearful 😨 cold_sweat 😰 cry 😢 sob 😭 scream 😱
disappointed 😞 weary 😩 tired_face 😫 yawning_face 🥱 triumph 😤 rage 😡 angry 😠 smiling_imp 😈 skull 💀 poop 💩
clown 🤡 ghost 👻 alien 👽 robot 🤖 smiley_cat 😺 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊`

const people = `wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 v ✌️ fingers_crossed 🤞 metal 🤘 call_me 🤙 point_left 👈
point_right 👉 point_up_2 👆 point_down 👇 thumbsup 👍 thumbsdown 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌
open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 brain 🧠 eyes 👀 eye 👁️ tongue 👅 baby 👶 man 👨 woman 👩
shrug 🤷 facepalm 🤦 bow 🙇 dancer 💃 family 👪`

const nature = `dog 🐶 cat 🐱 mouse 🐭 hamster 🐹 rabbit 🐰 fox 🦊 bear 🐻 panda_face 🐼 koala 🐨 tiger 🐯 lion_face 🦁
cow 🐮 pig 🐷 frog 🐸 monkey_face 🐵 chicken 🐔 penguin 🐧 bird 🐦 duck 🦆 owl 🦉 wolf 🐺 horse 🐴 unicorn 🦄 bee 🐝 bug 🐛
butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 crab 🦀 fish 🐟 dolphin 🐬 whale 🐳 cactus 🌵 evergreen_tree 🌲
palm_tree 🌴 four_leaf_clover 🍀 maple_leaf 🍁 rose 🌹 sunflower 🌻 cherry_blossom 🌸 earth_africa 🌍 crescent_moon 🌙
sunny ☀️ cloud ☁️ cloud_rain 🌧️ zap ⚡ snowflake ❄️ rainbow 🌈 fire 🔥 ocean 🌊 star ⭐ sparkles ✨ comet ☄️`

const food = `apple 🍎 banana 🍌 watermelon 🍉 grapes 🍇 strawberry 🍓 lemon 🍋 peach 🍑 avocado 🥑 carrot 🥕 hot_pepper 🌶️
bread 🍞 cheese 🧀 egg 🥚 bacon 🥓 hamburger 🍔 fries 🍟 pizza 🍕 hotdog 🌭 taco 🌮 sushi 🍣 ramen 🍜 popcorn 🍿
doughnut 🍩 cookie 🍪 cake 🍰 birthday 🎂 chocolate_bar 🍫 ice_cream 🍨 coffee ☕ tea 🍵 beer 🍺 beers 🍻
champagne 🍾 wine_glass 🍷`

const things = `soccer ⚽ basketball 🏀 football 🏈 tennis 🎾 trophy 🏆 medal 🏅 first_place 🥇 second_place 🥈
third_place 🥉 video_game 🎮 game_die 🎲 dart 🎯 chess_pawn ♟️ art 🎨 musical_note 🎵 guitar 🎸 microphone 🎤
headphones 🎧 movie_camera 🎥 tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 red_car 🚗 taxi 🚕 bus 🚌 bike 🚲
airplane ✈️ rocket 🚀 ship 🚢 house 🏠 hospital 🏥 watch ⌚ mobile_phone 📱 computer 💻 keyboard ⌨️ floppy_disk 💾
camera 📷 telephone ☎️ tv 📺 hourglass ⌛ alarm_clock ⏰ battery 🔋 bulb 💡 flashlight 🔦 wrench 🔧 hammer 🔨 gear ⚙️
magnet 🧲 bomb 💣 shield 🛡️ pill 💊 key 🔑 lock 🔒 unlock 🔓 bell 🔔 loudspeaker 📢 mag 🔍 money_bag 💰 credit_card 💳
envelope ✉️ package 📦 pencil ✏️ memo 📝 book 📖 books 📚 bookmark 🔖 paperclip 📎 scissors ✂️ pushpin 📌
calendar 📅 chart_with_upwards_trend 📈 bar_chart 📊 clipboard 📋 wastebasket 🗑️ link 🔗`

const symbols = `heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤
white_heart 🤍 broken_heart 💔 two_hearts 💕 sparkling_heart 💖 100 💯 boom 💥 sweat_drops 💦 dash 💨 speech_balloon 💬
zzz 💤 white_check_mark ✅ x ❌ o ⭕ exclamation ❗ question ❓ warning ⚠️ no_entry ⛔ recycle ♻️ heavy_plus_sign ➕
heavy_minus_sign ➖ infinity ♾️ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ repeat 🔁 fast_forward ⏩ pause_button ⏸️ arrow_forward ▶️
red_circle 🔴 yellow_circle 🟡 green_circle 🟢 blue_circle 🔵 white_circle ⚪ black_circle ⚫ checkered_flag 🏁
triangular_flag_on_post 🚩 rainbow_flag 🏳️‍🌈 pirate_flag 🏴‍☠️`

const read = (list: string): ReadonlyArray<Emoji> => {
  const parts = list.split(/\s+/)
  return parts.flatMap((name, index) => {
    const text = parts[index + 1]
    return index % 2 === 0 && text !== undefined ? [{ name, text, key: text }] : []
  })
}

/** All of them, those that belong together side by side. */
export const emojis: ReadonlyArray<Emoji> = [faces, people, nature, food, things, symbols].flatMap(read)

/** An emoji of a server. */
export const customOf = ({
  animated,
  id,
  name
}: {
  readonly id: string | null
  readonly name: string | null
  readonly animated?: boolean
}): ReadonlyArray<Emoji> =>
  id === null || name === null ? [] : [{ name, id, key: id, text: `<${animated === true ? "a" : ""}:${name}:${id}>` }]

/** Emojis with a text in their name; names that begin with it come first. */
export const searchEmojis = (all: ReadonlyArray<Emoji>, typed: string): ReadonlyArray<Emoji> => {
  const wanted = typed
    .trim()
    .toLowerCase()
    .replaceAll(":", "")
    .replaceAll(/[\s-]+/g, "_")
  if (wanted === "") return all
  const found = all.filter(({ name, text }) => name.toLowerCase().includes(wanted) || text === typed.trim())
  const begins = ({ name }: Emoji): boolean => name.toLowerCase().startsWith(wanted)
  return [...found.filter(begins), ...found.filter((emoji) => !begins(emoji))]
}
