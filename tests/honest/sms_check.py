"""Foreign libraries work with the fake SMSC.ru and the fake SMS.ru. Argument: the program that starts the fakes.

Both libraries have the provider's address written into them and nothing else is changed: it is set to the fake's, by the
attribute that each of them builds its requests from.
"""

import json
import logging
import subprocess
import sys
import time
import urllib.request

from smsc import SMSC
from smsc.messages import SMSMessage
from smsru_api import SmsRu

# One of them makes the log as loud as it can when it is imported.
logging.disable(logging.CRITICAL)

LOGIN, PASSWORD = "example", "invented-smsc-password-0001"
API_ID = "00000000-AAAA-BBBB-CCCC-000000000001"


def same(found, expected, what):
    if found != expected:
        raise SystemExit(f"{what}: {found!r} instead of {expected!r}")


def arrived(control, provider, number):
    with urllib.request.urlopen(f"{control}/phone?provider={provider}&to={number}", timeout=10) as answer:
        return [arrival["text"] for arrival in json.load(answer)["arrivals"]]


def until(what, condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    raise SystemExit(f"{what}: it does not come about")


def smsc_is_like_the_real_one(base, control):
    SMSC._url = f"{base}/sys/"
    client = SMSC(login=LOGIN, password=PASSWORD, sender="Romashka")
    number, text = "79000000101", "Ваш заказ собран & готов"
    before = client.get_balance()
    same(before.currency, "RUR", "currency")
    price = client.get_cost(number, SMSMessage(text=text))
    same((price.count, price.cost > 0, price.error), (1, True, None), "price")
    same(arrived(control, "smsc", number), [], "a question for the price sends nothing")
    sent = client.send(number, SMSMessage(text=text))
    same((sent.count, sent.cost, sent.error), (1, price.cost, None), "sent")
    same(arrived(control, "smsc", number), [text], "on the phone")
    same(round(before.balance - client.get_balance().balance, 2), sent.cost, "paid")
    state = lambda: client.get_status(number, str(sent.message_id))[0].status
    until("delivered", lambda: (state().status_id, state().name) == (1, "Доставлено"))
    same(client.send("123", SMSMessage(text=text)).error.code, 7, "a number that is none")
    again = client.send(number, SMSMessage(text=text))
    same(again.error.code, 9, "the same text within a minute")
    stranger = SMSC(login=LOGIN, password="wrong")
    same(stranger.send(number, SMSMessage(text="x")).error.code, 2, "a wrong password")


def smsru_is_like_the_real_one(base, control):
    def at(api_id):
        client = SmsRu(api_id)
        client._base_url = base
        return client

    client = at(API_ID)
    number, text = "79000000102", "Ваш заказ собран & готов"
    sent = client.send("+7 900 000-01-02", message=text)
    same((sent["status"], sent["status_code"], list(sent["sms"])), ("OK", 100, [number]), "sent")
    same(type(sent["balance"]), float, "the balance is a number")
    sms_id = sent["sms"][number]["sms_id"]
    same(arrived(control, "smsru", number), [text], "on the phone")
    until("delivered", lambda: client.status(sms_id)["sms"][sms_id]["status_code"] == 103)
    same(client.status("202647-1")["sms"]["202647-1"]["status_code"], -1, "a message that nobody sent")
    several = client.send(multi={"79000000103": "Первому", "74950000101": "На городской"})
    codes = {to: one["status_code"] for to, one in several["sms"].items()}
    same(codes, {"79000000103": 100, "74950000101": 207}, "one taken, one refused")
    same(arrived(control, "smsru", "79000000103"), ["Первому"], "a text of his own")
    tried = client.send("9000000104", message=text, test=True)
    same(tried["sms"]["79000000104"]["status_code"], 100, "a rehearsal is taken")
    same(arrived(control, "smsru", "79000000104"), [], "and sends nothing")
    same(client.cost("79000000105", message=text)["status_code"], 100, "price")
    same(type(client.balance()["balance"]), float, "balance")
    added = client.add_callback("https://crm.example.ru/hooks/smsru")
    same("https://crm.example.ru/hooks/smsru" in added["callback"], True, "an address for reports")
    same(at("wrong").balance()["status_code"], 200, "a wrong key")


def main():
    fakes = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    addresses = json.loads(fakes.stdout.readline())
    try:
        smsc_is_like_the_real_one(addresses["smsc"], addresses["control"])
        smsru_is_like_the_real_one(addresses["smsru"], addresses["control"])
    finally:
        fakes.stdin.close()
        fakes.wait(10)
    print("the fake SMSC.ru and the fake SMS.ru are like the real ones, as far as smsc and smsru-api know them")


main()
