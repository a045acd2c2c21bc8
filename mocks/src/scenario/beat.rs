//! The beats of which stories are made: one thing that one client does, or that we do with him.

/// One beat. Texts may hold `{goods}`, `{part}`, `{price}` and `{count}`, filled per client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// An hour or so passes.
    Later,

    /// WhatsApp: a text.
    Wa(&'static str),
    /// A text that quotes our last message.
    WaQuote(&'static str),
    /// A text from the client while his phone is hidden: BSUID only.
    WaHidden(&'static str),
    /// A photo with a caption.
    WaPhoto(&'static str),
    /// «Голосовое».
    WaVoice,
    /// A document.
    WaPdf(&'static str),
    /// A point on the map: name and address.
    WaPlace(&'static str, &'static str),
    /// The card of a colleague.
    WaCard(&'static str),
    /// A reaction to our last message; empty takes it back.
    WaReact(&'static str),
    /// The client edits his last message.
    WaEdit(&'static str),
    /// The client deletes his last message.
    WaRevoke,
    /// Something the API cannot carry.
    WaPoll,
    /// One of us answers from the phone; sent, delivered and read follow.
    WaUs(&'static str),

    /// He calls; one of two ringing phones answers. Seconds of talk.
    Call(u64),
    /// He calls and nobody answers.
    CallMissed,
    /// He calls and is passed on once. Seconds of each talk.
    CallPassed(u64),
    /// The same from a hidden number.
    CallHidden(u64),
    /// We call him. Seconds of talk, 0 if he does not answer.
    CallOut(u64),

    /// Telegram, the bot chat: `/start` with a payload.
    TgStart(&'static str),
    /// He shares his own number by the button.
    TgContact,
    /// A text.
    Tg(&'static str),
    /// A photo.
    TgPhoto(&'static str),
    /// An album: how many pictures, and the caption.
    TgAlbum(usize, &'static str),
    /// «Голосовое» of so many seconds.
    TgVoice(u32),
    /// A document.
    TgPdf(&'static str),
    /// He edits his last text.
    TgEdit(&'static str),
    /// He blocks the bot.
    TgBlock,
    /// He unblocks the bot.
    TgUnblock,
    /// Telegram, the manager's own chat: he writes.
    TgWork(&'static str),
    /// The manager answers by hand.
    TgAnna(&'static str),
    /// He deletes his last message there.
    TgDelete,

    /// MAX: «Начать» with a payload.
    MaxStart(&'static str),
    /// He shares his own number by the button.
    MaxContact,
    /// A text.
    Max(&'static str),
    /// Pictures of one message: how many, and the text.
    MaxPhotos(usize, &'static str),
    /// «Голосовое» of so many seconds.
    MaxVoice(u32),
    /// A file.
    MaxPdf(&'static str),
    /// Somebody else's words.
    MaxForward(&'static str),
    /// He edits his last text.
    MaxEdit(&'static str),
    /// He takes his last text back.
    MaxRemove,

    /// SMS: our message went out and arrived (SMSC.ru).
    SmsDone,
    /// Our message never arrived.
    SmsLost,
    /// He answers by SMS.
    Sms(&'static str),
    /// Our message went out and arrived (SMS.ru).
    SmsRuDone,
}
