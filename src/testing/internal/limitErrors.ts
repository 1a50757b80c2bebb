/** Discord's errors of the routes of resources. Source: Discord, "Opcodes and Status Codes", JSON Error Codes. */
import { ApiError } from "./apiError.ts"

export const unknownInvite = () => new ApiError(404, 10006, "Unknown Invite")
export const unknownOverwrite = () => new ApiError(404, 10009, "Unknown Overwrite")
export const unknownSticker = () => new ApiError(404, 10060, "Unknown Sticker")
export const unknownStage = () => new ApiError(404, 10067, "Unknown Stage Instance")
export const unknownEvent = () => new ApiError(404, 10070, "Unknown Guild Scheduled Event")
export const tooManyPins = () => new ApiError(400, 30003, "Maximum number of pins reached for the channel (250)")
export const tooManyWebhooks = () => new ApiError(400, 30007, "Maximum number of webhooks reached (15)")
export const tooManyEmojis = (max: number) => new ApiError(400, 30008, `Maximum number of emojis reached (${max})`)
export const tooManyAnimated = (max: number) =>
  new ApiError(400, 30018, `Maximum number of animated emojis reached (${max})`)
export const tooManyReactions = () => new ApiError(400, 30010, "Maximum number of reactions reached (20)")
export const tooManyChannels = () => new ApiError(400, 30013, "Maximum number of guild channels reached (500)")
export const tooManyInvites = () => new ApiError(400, 30016, "Maximum number of invites reached (1000)")
export const tooManyEvents = () =>
  new ApiError(400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)")
export const tooManyOverwrites = () =>
  new ApiError(400, 30060, "Maximum number of channel permission overwrites reached (1000)")
export const manyParents = () => new ApiError(400, 40009, "Only one channel can have a parent_id modified at a time")
export const alreadyCrossposted = () => new ApiError(400, 40033, "This message has already been crossposted")
export const tagNamesTwice = () => new ApiError(400, 40061, "Tag names must be unique")
export const notText = () => new ApiError(400, 50008, "Cannot send messages in a non-text channel")
export const systemMessage = () => new ApiError(403, 50021, "Cannot execute action on a system message")
export const stickersStay = () => new ApiError(400, 50080, "Cannot edit stickers within a message")
export const invalidSticker = () => new ApiError(400, 50081, "Invalid sticker sent")
export const pollStays = () => new ApiError(400, 520003, "Cannot edit a poll message")
export const communityChannel = () => new ApiError(400, 50074, "Cannot delete a channel required for Community guilds")
export const wrongMessageType = () => new ApiError(400, 50068, "Invalid message type")
export const otherEntity = () =>
  new ApiError(
    400,
    50091,
    "The entity type of the event is different from the entity you are trying to start the event for"
  )
export const stageIsOpen = () => new ApiError(400, 150006, "The Stage is already open")
export const finishedEvent = () => new ApiError(400, 180000, "Cannot update a finished event")
export const forumNeedsThread = () =>
  new ApiError(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
export const forumHasBoth = () =>
  new ApiError(400, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id")
export const notInForum = () => new ApiError(400, 220003, "Webhooks can only create threads in forum channels")
export const notAPoll = () => new ApiError(400, 520006, "Cannot expire a non-poll message")
