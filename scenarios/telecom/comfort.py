"""Scripts of the offline assistant for a phone on which nothing is broken: what people want switched on, or want to know."""

import re
from typing import NoReturn

from domain.skill import Script
from scenarios.telecom.scripts import line_of, money

_OFF = "OFF"


def wifi(s: Script) -> NoReturn:
    """Have Wi-Fi switched on."""
    shown = s.need("wifi")
    if _OFF not in shown:
        s.tell("wifi.already", shown=shown)
    s.tell("wifi.done", bar=s.need("bar_wifi"))


def vpn(s: Script) -> NoReturn:
    """Have the VPN connected."""
    shown = s.need("vpn")
    if _OFF not in shown:
        s.tell("vpn.already", shown=shown)
    s.tell("vpn.done", bar=s.need("bar_vpn_on"))


def data_saver(s: Script) -> NoReturn:
    """Have Data Saver switched on."""
    if _OFF not in s.need("saver"):
        s.tell("data_saver.already")
    s.tell("data_saver.done", bar=s.need("bar_saver_on"))


def apn(s: Script) -> NoReturn:
    """Have the name of the APN put right."""
    if "broken" not in s.need("apn"):
        s.tell("apn.already")
    s.tell("apn.done", bar=s.need("bar_apn"))


def app_access(s: Script) -> NoReturn:
    """What an app of the phone may use."""
    app = s.need("app_name")
    if app not in s.need("apps"):
        s.decline("app_access.missing", app_name=app)
    granted = re.findall(r"- (\w+)", s.need("app_status", app_name=app))
    s.tell("app_access.told", app_name=app, granted=granted or ["nothing"])


def suspend(s: Script) -> NoReturn:
    """Suspend the line."""
    line = line_of(s)
    about = {"phone_number": line["phone_number"]}
    if line["status"] != "Active":
        s.decline("suspend.not_active", **about, status=line["status"].lower())
    reason = s.need("why")
    plan = s.look("get_details_by_id", id=line["plan_id"])
    s.confirm("suspend.confirm", **about, price=money(plan["price_per_month"]), reason=reason)
    s.act("suspend_line", customer_id=s.user["customer_id"], line_id=line["line_id"], reason=reason)
    s.tell("suspend.done", **about)


def stay_home(s: Script) -> NoReturn:
    """No longer let the line be used abroad."""
    line = line_of(s)
    if not line["roaming_enabled"]:
        s.tell("stay_home.already", phone_number=line["phone_number"])
    s.act("disable_roaming", customer_id=s.user["customer_id"], line_id=line["line_id"])
    s.tell("stay_home.done", phone_number=line["phone_number"])
