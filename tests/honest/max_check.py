"""A foreign library works with the fake MAX. Argument: the program that starts the fakes."""

import asyncio
import hashlib
import itertools
import json
import subprocess
import sys
import urllib.request
import warnings

from maxapi import Bot
from maxapi.enums.attachment import AttachmentType
from maxapi.enums.message_link_type import MessageLinkType
from maxapi.enums.sender_action import SenderAction
from maxapi.enums.update import UpdateType
from maxapi.enums.upload_type import UploadType
from maxapi.exceptions.max import InvalidToken, MaxApiError
from maxapi.types.input_media import InputMediaBuffer
from maxapi.types.message import NewMessageLink

TOKEN = "example-token-1"
BOT_ID = 900000001
WEBHOOK = "https://crm.example.ru/hooks/max"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
KINDS = {
    UploadType.IMAGE: ("image", PNG),
    UploadType.FILE: ("document", b"%PDF-1.4 " + bytes(range(200))),
    UploadType.VIDEO: ("video", b"\0\0\0\x18ftypmp42" + bytes(300)),
    UploadType.AUDIO: ("audio", b"OggS" + bytes(300)),
}

# The fake's addresses have no certificates, and one address of the check is wrong on purpose.
warnings.filterwarnings("ignore", message=".*HTTPS")
# A new dialog for each check, so that no limit of an earlier one counts.
clients = itertools.count(101)


class Control:
    """Makes the clients of the fake act and looks at their phones."""

    def __init__(self, base):
        self.base = base

    def post(self, path, **body):
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def arrived(self, chat):
        with urllib.request.urlopen(f"{self.base}/phone?provider=max&to={chat}", timeout=10) as answer:
            return json.load(answer)["arrivals"]


def chat_of(client):
    return 182000000 + client


def same(found, expected, what):
    if found != expected:
        raise SystemExit(f"{what}: {found!r} instead of {expected!r}")


async def refused(status, code, call):
    try:
        await call
    except MaxApiError as error:
        same((error.code, error.raw["code"]), (status, code), "refusal")
    else:
        raise SystemExit(f"not refused with {status} {code}")


def bot_at(url, token=TOKEN):
    bot = Bot(token, after_input_media_delay=0, after_upload_retry_delay=0.3)
    bot.set_api_url(url)
    return bot


async def knows_the_bot_and_refuses_strangers(bot, url):
    me = await bot.get_me()
    same((me.user_id, me.is_bot), (BOT_ID, True), "get_me")
    for token in ["wrong", f"Bearer {TOKEN}"]:
        stranger = bot_at(url, token)
        try:
            await stranger.get_me()
        except InvalidToken:
            pass
        else:
            raise SystemExit(f"the token {token!r} is accepted")
        await stranger.close_session()


async def honours_subscriptions(bot):
    for known in (await bot.get_subscriptions()).subscriptions:
        await bot.unsubscribe_webhook(known.url)
    same((await bot.get_subscriptions()).subscriptions, [], "subscriptions removed")
    wanted = [UpdateType.MESSAGE_CREATED, UpdateType.BOT_STARTED]
    await bot.subscribe_webhook(WEBHOOK, wanted, "secret_-1")
    subscription = (await bot.get_subscriptions()).subscriptions[0]
    same((subscription.url, subscription.update_types), (WEBHOOK, [k.value for k in wanted]), "subscription")
    await refused(400, "proto.payload", bot.subscribe_webhook("https://crm.example.ru:8443/x"))
    await refused(400, "proto.payload", bot.subscribe_webhook("http://crm.example.ru/x"))
    await bot.unsubscribe_webhook(WEBHOOK)


async def polls(bot, control):
    client = next(clients)
    control.post("/max/starts", client=client, name="Олег", payload="c_8fK2mQ9x")
    said = control.post("/max/messages", client=client, name="Олег", text="Добрый день 👋")
    answer = await bot.get_updates(limit=100, timeout=5)
    kinds = [update["update_type"] for update in answer["updates"]]
    same(kinds, ["bot_started", "message_created"], "updates")
    started, created = answer["updates"]
    same(started["payload"], "c_8fK2mQ9x", "payload")
    body = created["message"]["body"]
    same((body["mid"], body["text"]), (said["mid"], "Добрый день 👋"), "message")
    if body["seq"] <= 2**53:
        raise SystemExit(f"seq {body['seq']} would survive a float")
    again = await bot.get_updates(limit=100, timeout=0, marker=answer["marker"])
    same((again["updates"], again["marker"]), ([], answer["marker"]), "updates behind the marker")


async def sends_quotes_edits_and_deletes(bot, control):
    client = next(clients)
    chat = chat_of(client)
    his = control.post("/max/messages", client=client, name="Олег", text="Есть насос?")["mid"]
    link = NewMessageLink(type=MessageLinkType.REPLY, mid=his)
    sent = (await bot.send_message(chat_id=chat, text="Есть, 18 400 ₽", link=link)).message
    same((sent.sender.user_id, sent.recipient.chat_id), (BOT_ID, chat), "sent")
    same(sent.link.message.mid, his, "quote")
    edited = await bot.edit_message(sent.body.mid, "Есть, 18 900 ₽")
    same(edited.success, True, "edit")
    page = await bot.get_messages(chat_id=chat, count=10)
    same([m.body.text for m in page.messages], ["Есть, 18 900 ₽", "Есть насос?"], "history")
    same((await bot.get_message(sent.body.mid)).body.text, "Есть, 18 900 ₽", "get_message")
    same((await bot.delete_message(sent.body.mid)).success, True, "delete")
    await refused(404, "not.found", bot.delete_message(sent.body.mid))
    await refused(403, "access.denied", bot.delete_message(his))
    kinds = [(one["kind"], one.get("text"), one.get("about")) for one in control.arrived(chat)]
    mid = sent.body.mid
    same(kinds, [("text", "Есть, 18 400 ₽", his), ("edit", "Есть, 18 900 ₽", mid), ("deletion", None, mid)], "phone")


async def uploads_every_kind(bot, control):
    for kind, (shown, data) in KINDS.items():
        chat = chat_of(next(clients))
        media = InputMediaBuffer(data, filename="Проба", type=kind)
        sent = (await bot.send_message(chat_id=chat, text="Файл", attachments=[media])).message
        same([one.type for one in sent.body.attachments], [AttachmentType(kind.value)], "attachment")
        arrived = control.arrived(chat)
        same([(one["kind"], one["text"]) for one in arrived], [(shown, "Файл")], f"{kind} on the phone")
        same(arrived[0]["file"]["sha256"], hashlib.sha256(data).hexdigest(), f"bytes of the {kind}")
    pictures = [InputMediaBuffer(PNG, filename=f"{n}", type=UploadType.IMAGE) for n in range(2)]
    sent = (await bot.send_message(chat_id=chat_of(next(clients)), attachments=pictures)).message
    same(len(sent.body.attachments), 2, "pictures of one message")
    files = [InputMediaBuffer(b"%PDF-1.4 x", filename=f"{n}", type=UploadType.FILE) for n in range(2)]
    together = bot.send_message(chat_id=chat_of(next(clients)), attachments=files)
    await refused(400, "proto.payload", together)


async def acts_and_keeps_its_limits(bot, control):
    client = next(clients)
    chat = chat_of(client)
    await bot.send_action(chat, SenderAction.TYPING_ON)
    await bot.send_action(chat, SenderAction.MARK_SEEN)
    same([one["kind"] for one in control.arrived(chat)], ["typing", "read"], "actions")
    await bot.send_message(chat_id=chat, text="1")
    await bot.send_message(chat_id=chat, text="2")
    await refused(429, "too.many.requests", bot.send_message(chat_id=chat, text="3"))
    control.post("/max/stops", client=client)
    await refused(403, "chat.denied", bot.send_message(chat_id=chat, text="4"))
    await refused(404, "chat.not.found", bot.send_message(chat_id=777, text="5"))
    control.post("/max/starts", client=client)
    await asyncio.sleep(1)
    await bot.send_message(chat_id=chat, text="6")


async def check(addresses):
    bot, control = bot_at(addresses["max"]), Control(addresses["control"])
    try:
        await knows_the_bot_and_refuses_strangers(bot, addresses["max"])
        await honours_subscriptions(bot)
        await polls(bot, control)
        await sends_quotes_edits_and_deletes(bot, control)
        await uploads_every_kind(bot, control)
        await acts_and_keeps_its_limits(bot, control)
    finally:
        await bot.close_session()


def main():
    fakes = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        asyncio.run(check(json.loads(fakes.stdout.readline())))
    finally:
        fakes.stdin.close()
        fakes.wait(timeout=10)
    print("maxapi finds nothing strange")


main()
