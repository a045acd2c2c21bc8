"""Two foreign libraries work with the fake Telegram. Argument: the program that starts the fakes."""

import asyncio
import io
import itertools
import json
import subprocess
import sys
import time
import urllib.request
import warnings

import aiogram
import telegram
import telegram.ext
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, InputMediaPhoto, ReactionTypeEmoji, ReplyParameters

TOKEN = "7000000001:AAHinventedTokenOfTheExampleTradeBt"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
NAME = "Счёт №5.pdf"
MANAGER = 5000000002
WEBHOOK = "https://crm.example.ru/hooks/telegram"
KINDS = ["message", "business_message", "callback_query"]

people = itertools.count(6100000001)


class Control:
    """Makes the clients of the fake act."""

    def __init__(self, base):
        self.base = base

    def post(self, path, **body):
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def somebody_writes(self, text="Здравствуйте", **more):
        """A new client, so that no limit of an earlier chat counts."""
        user = next(people)
        said = self.post("/telegram/messages", user_id=user, name="Олег", text=text, **more)
        return user, said["message_id"]

    def arrived(self, user):
        with urllib.request.urlopen(f"{self.base}/phone?provider=telegram&to={user}", timeout=10) as answer:
            return json.load(answer)["arrivals"]


def same(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


async def refused(call, error, words=""):
    try:
        await call
    except error as refusal:
        if words.lower() not in str(refusal).lower():
            raise AssertionError(f"{refusal} does not say {words!r}") from refusal
        return refusal
    raise AssertionError(f"no {error.__name__}")


async def with_aiogram(base, control):
    """Everything that a bot on aiogram would do."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    bot = aiogram.Bot(TOKEN, session=session)
    try:
        same((await bot.get_me()).username, "example_trade_bot", "getMe")
        await aiogram_polls(bot, control)

        user, asked = control.somebody_writes()
        sent = await bot.send_message(
            user, "<b>a</b> &lt; b", parse_mode="HTML", reply_parameters=ReplyParameters(message_id=asked)
        )
        same((sent.text, sent.reply_to_message.message_id), ("a < b", asked), "a text with a quote")
        edited = await bot.edit_message_text("Новое", chat_id=user, message_id=sent.message_id)
        same(edited.text, "Новое", "an edit")
        again = bot.edit_message_text("Новое", chat_id=user, message_id=sent.message_id)
        await refused(again, TelegramBadRequest, "message is not modified")
        same(await bot.set_message_reaction(user, asked, [ReactionTypeEmoji(emoji="👍")]), True, "a reaction")
        same(await bot.delete_message(user, sent.message_id), True, "a deletion")
        await refused(bot.delete_message(user, sent.message_id), TelegramBadRequest, "message to delete not found")
        broken = bot.send_message(user, "a < b", parse_mode="HTML")
        await refused(broken, TelegramBadRequest, "can't parse entities")

        user, _ = control.somebody_writes()
        photo = await bot.send_photo(user, BufferedInputFile(PNG, "a.png"), caption="Склад")
        same((photo.caption, len(photo.photo)), ("Склад", 2), "a photo")
        again = await bot.send_photo(user, photo.photo[-1].file_id)
        same(again.photo[-1].file_unique_id, photo.photo[-1].file_unique_id, "the same photo by its id")
        paper = await bot.send_document(user, BufferedInputFile(PNG, NAME))
        same(paper.document.file_size, len(PNG), "a document")
        downloaded = io.BytesIO()
        await bot.download(photo.photo[-1].file_id, downloaded)
        same(downloaded.getvalue(), PNG, "a download")
        await refused(bot.get_file("AgAC-nobody"), TelegramBadRequest, "wrong file_id")

        user, _ = control.somebody_writes()
        album = await bot.send_media_group(
            user,
            [
                InputMediaPhoto(media=BufferedInputFile(PNG, "1.png"), caption="Два листа"),
                InputMediaPhoto(media=photo.photo[-1].file_id),
            ],
        )
        same(len({item.media_group_id for item in album}), 1, "an album")
        same([item["kind"] for item in control.arrived(user)], ["image", "image"], "what the phone received")
        place = await bot.send_venue(user, 55.03, 82.92, "Склад", "Ленина, 1")
        same(place.venue.title, "Склад", "a place")
        card = await bot.send_contact(user, "+79000000001", "Олег")
        same(card.contact.phone_number, "+79000000001", "a card")
        same(await bot.send_chat_action(user, "typing"), True, "typing")

        await aiogram_for_a_manager(bot, control)

        control.post("/telegram/blocks", user_id=user, blocked=True)
        await refused(bot.send_message(user, "Да"), TelegramForbiddenError, "blocked")
        user, _ = control.somebody_writes()
        flood = await refused(send_many(lambda: bot.send_message(user, "Да")), TelegramRetryAfter)
        same(flood.retry_after >= 1, True, "a hint how long to wait")

        same(await bot.set_webhook(WEBHOOK, secret_token="abc", allowed_updates=KINDS), True, "setWebhook")
        info = await bot.get_webhook_info()
        same((info.url, info.allowed_updates), (WEBHOOK, KINDS), "getWebhookInfo")
        await refused(bot.set_webhook("http://crm.example.ru/"), TelegramBadRequest, "HTTPS")
        same(await bot.delete_webhook(drop_pending_updates=True), True, "deleteWebhook")
        same((await bot.get_webhook_info()).url, "", "no webhook")
        stranger = aiogram.Bot("7000000001:wrong", session=session)
        await refused(stranger.get_me(), TelegramUnauthorizedError)
    finally:
        await session.close()


async def aiogram_polls(bot, control):
    dispatcher = aiogram.Dispatcher()
    heard = []

    @dispatcher.message()
    async def on_message(message):
        heard.append(await message.answer(f"Слышу: {message.text}"))
        await dispatcher.stop_polling()

    user, _ = control.somebody_writes("Есть насос?")
    await asyncio.wait_for(dispatcher.start_polling(bot, handle_signals=False), 20)
    same([answer.text for answer in heard], ["Слышу: Есть насос?"], "polling")
    same(control.arrived(user)[0]["text"], "Слышу: Есть насос?", "an answer on the phone")


async def aiogram_for_a_manager(bot, control):
    # The poller asked for messages only, and what was asked for stays until somebody asks for something else.
    await bot.get_updates(allowed_updates=KINDS)
    control.post("/telegram/connections", manager=MANAGER, name="Анна", enabled=True)
    user, asked = control.somebody_writes("Когда отгрузка?", manager=MANAGER)
    connection = f"BcExample{MANAGER}"
    same((await bot.get_business_connection(connection)).rights.can_reply, True, "a connection")
    same(await bot.read_business_message(connection, user, asked), True, "a message read")
    sent = await bot.send_message(user, "В четверг", business_connection_id=connection)
    same(sent.sender_business_bot.username, "example_trade_bot", "a message in a manager's name")
    offset = None
    for _ in range(20):
        updates = await bot.get_updates(offset=offset, timeout=2)
        echoes = [update.business_message for update in updates if update.business_message]
        if any(echo.message_id == sent.message_id for echo in echoes):
            return
        offset = max((update.update_id + 1 for update in updates), default=offset)
    raise AssertionError("our own message did not come back")


async def send_many(send):
    for _ in range(20):
        await send()


async def with_python_telegram_bot(base, control):
    """The same with another library, which writes its requests otherwise."""
    app = (
        telegram.ext.Application.builder()
        .token(TOKEN)
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .build()
    )
    heard = asyncio.Queue()

    async def on_message(update, _context):
        await heard.put(await update.message.reply_text(f"Слышу: {update.message.text}"))

    app.add_handler(telegram.ext.MessageHandler(telegram.ext.filters.TEXT, on_message))
    async with app:
        await app.start()
        await app.updater.start_polling(drop_pending_updates=True)
        user, _ = control.somebody_writes("Есть насос?")
        answer = await asyncio.wait_for(heard.get(), 20)
        same(answer.text, "Слышу: Есть насос?", "polling")
        await app.updater.stop()
        await app.stop()
        await ptb_sends(app.bot, control)


async def ptb_sends(bot, control):
    error = telegram.error
    user, asked = control.somebody_writes()
    sent = await bot.send_message(user, "Да", reply_parameters=telegram.ReplyParameters(asked))
    same((sent.text, sent.reply_to_message.message_id), ("Да", asked), "a text with a quote")
    same((await bot.edit_message_text("Нет", user, sent.message_id)).text, "Нет", "an edit")
    await refused(bot.edit_message_text("Нет", user, sent.message_id), error.BadRequest, "not modified")
    same(await bot.set_message_reaction(user, asked, "👍"), True, "a reaction")
    same(await bot.delete_message(user, sent.message_id), True, "a deletion")
    await refused(bot.delete_message(user, sent.message_id), error.BadRequest, "message to delete not found")

    user, _ = control.somebody_writes()
    photo = await bot.send_photo(user, PNG, caption="Склад", filename="a.png")
    same(photo.caption, "Склад", "a photo")
    caption = await bot.edit_message_caption(user, photo.message_id, caption="Двор")
    same(caption.caption, "Двор", "a new caption")
    file = await bot.get_file(photo.photo[-1].file_id)
    same(bytes(await file.download_as_bytearray()), PNG, "a download")
    paper = await bot.send_document(user, PNG, filename=NAME)
    same((paper.document.file_name, paper.document.file_size), (NAME, len(PNG)), "a document")

    user, _ = control.somebody_writes()
    media = [telegram.InputMediaPhoto(PNG, caption="Два листа"), telegram.InputMediaPhoto(PNG)]
    album = await bot.send_media_group(user, media)
    same(len({item.media_group_id for item in album}), 1, "an album")
    same((await bot.send_location(user, 55.03, 82.92)).location.latitude, 55.03, "a place")
    same((await bot.send_contact(user, "+79000000001", "Олег")).contact.first_name, "Олег", "a card")
    same(await bot.send_chat_action(user, "typing"), True, "typing")

    await refused(bot.send_message(1, "Да"), error.BadRequest, "Chat not found")
    control.post("/telegram/blocks", user_id=user, blocked=True)
    await refused(bot.send_message(user, "Да"), error.Forbidden, "blocked")
    user, _ = control.somebody_writes()
    await refused(send_many(lambda: bot.send_message(user, "Да")), error.RetryAfter)

    same(await bot.set_webhook(WEBHOOK, secret_token="abc", allowed_updates=KINDS), True, "setWebhook")
    info = await bot.get_webhook_info()
    same((info.url, list(info.allowed_updates)), (WEBHOOK, KINDS), "getWebhookInfo")
    await refused(bot.get_updates(), error.Conflict, "webhook")
    same(await bot.delete_webhook(), True, "deleteWebhook")


def main(program):
    fakes = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        addresses = json.loads(fakes.stdout.readline())
        control = Control(addresses["control"])
        for name, work in [("aiogram", with_aiogram), ("python-telegram-bot", with_python_telegram_bot)]:
            started = time.monotonic()
            asyncio.run(work(addresses["telegram"], control))
            print(f"{name}: no surprise in {time.monotonic() - started:.1f} s", flush=True)
    finally:
        fakes.stdin.close()
        fakes.wait(10)


if __name__ == "__main__":
    # What the library dislikes about the answers is a surprise; what it will change in itself is not.
    warnings.simplefilter("error", telegram.warnings.PTBUserWarning)
    warnings.simplefilter("ignore", telegram.warnings.PTBDeprecationWarning)
    main(sys.argv[1])
