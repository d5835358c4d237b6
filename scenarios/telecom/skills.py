"""What the offline assistant can do here, what users can tell it, and how it finds out who they are."""

from typing import Any

from domain.skill import LookupRefused, Script, Skill, Slot
from scenarios.telecom import comfort, scripts

_BAR = r"Status Bar: ([^\n]*?\d+%)"
_IN_SENTENCE = r"(?:[^.!?]|\.\d)*"
"""Anything up to the end of a sentence; 1.5 does not end one."""
_MORE = r"more|extra|another|additional|add|added|adding|buy|top\w* up|top-up|refuel\w*"
_ABLE = r"messaging app (cannot|can) send"


def any_of(*patterns: str) -> str:
    """One pattern that matches where any of them does."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _shown(name: str, pattern: str, cues: str) -> Slot:
    """What the user looks up when asked, and tells."""
    return Slot(name, pattern, cues, when_asked=True)


SLOTS = [
    Slot("phone_number", r"\b\d{3}-\d{3}-\d{4}\b", r"\bphone number\b|\bnumber of your line\b"),
    Slot("customer_id", r"\bC\d{4}\b", r"\bcustomer (?:id|number)\b", clean=str.upper),
    Slot(
        "name",
        r"\b(?:my name is|this is|registered to|i'?m|i am) ((?-i:[A-Z][\w'-]+ [A-Z][\w'-]+))",
        r"\bfull name\b",
        answer=r"((?-i:[A-Z][\w'-]+ [A-Z][\w'-]+))",
    ),
    Slot("dob", r"\b\d{4}-\d{2}-\d{2}\b", r"\bdate of birth\b|\bwere you born\b"),
    Slot("why", r"\b(stolen|lost phone|long journey|hospital|hardly used)\b", r"\bwhy\b[^.!?]*\bsuspended\b"),
    Slot(
        "app_name",
        r"\b(browser|messaging)(?= (?:app|one)\b)",
        r"\bwhich app\b",
        answer=r"\b(browser|messaging)\b",
        clean=str.lower,
    ),
    Slot(
        "place",
        r"\b(?:i'?m|i am|currently|right now|at the moment)\b[^.!?]*?\b(abroad|at home)\b",
        r"\babroad\b|\bwhere are you\b",
        answer=r"\b(abroad|at home)\b",
        clean=str.lower,
    ),
    Slot("amount", r"\b(\d+(?:\.\d+)?) ?(?:GB|gigabytes?|gigs?)\b", r"\bhow (?:much data|many gigabytes)\b", clean=float),
    _shown("bar", _BAR, r"\blook at the status bar\b"),
    _shown("bar_airplane", _BAR, r"\bairplane mode off\b"),
    _shown("bar_sim", _BAR, r"\bSIM card out\b"),
    _shown("bar_resumed", _BAR, r"\brestart your phone once\b"),
    _shown("bar_restarted", _BAR, r"\brestart your phone, so\b"),
    _shown("bar_data", _BAR, r"\bmobile data on\b"),
    _shown("bar_roaming", _BAR, r"\bdata roaming on\b"),
    _shown("bar_saver", _BAR, r"\bData Saver off\b"),
    _shown("bar_mode", _BAR, r"\bset the network mode\b"),
    _shown("bar_vpn", _BAR, r"\bdisconnect the VPN\b"),
    _shown("bar_wifi_calling", _BAR, r"\bWi-Fi Calling off\b"),
    _shown("sim", r"\b(SIM card is active|No SIM card|SIM card is locked)\b", r"\bcheck the SIM card\b"),
    _shown("apn", r"(Current APN Name: \S+\s+MMSC URL \(for picture messages\): (?:Not Set|\S+))", r"\bcheck the APN settings\b"),
    _shown("apn_reset", r"\b(will reset at reboot)\b", r"\breset the APN settings\b"),
    _shown("payment_request", r"\bpayment request for bill (\w+)", r"\bcheck your payment requests\b"),
    _shown("payment", r"\b(Payment of [\d.]+ USD has been made)\b", r"\bmake the payment\b"),
    _shown("roaming", r"\bData Roaming Enabled: (Yes|No)\b", r"\bcheck the network status\b"),
    _shown("mode", r"\bNetwork Mode Preference: (\w+)", r"\bcheck the network mode\b"),
    _shown("speed", r"(Speed Test Result: [^\n]*?\)|Speed test failed)", r"\bspeed test\b"),
    _shown("able", _ABLE, r"\btry whether a picture message\b"),
    _shown("able_now", _ABLE, r"\btry once more whether a picture message\b"),
    _shown("wifi_calling", r"\bWi-Fi Calling is currently turned (ON|OFF)\b", r"\bcheck whether Wi-Fi Calling\b"),
    _shown("permissions", r"\bhas permission for: ([\w, ]+)|\b(no permissions granted)\b", r"\bcheck the permissions\b"),
    _shown("wifi", r"\b(Wi-Fi is [^\n]*)", r"\bcheck the Wi-Fi status\b"),
    _shown("bar_wifi", _BAR, r"\bWi-Fi on\b"),
    _shown("vpn", r"\b(VPN is [^\n]*)", r"\bcheck the VPN\b"),
    _shown("bar_vpn_on", _BAR, r"\bconnect to the VPN\b"),
    _shown("saver", r"\b(Data Saver mode is (?:ON|OFF))", r"\bcheck whether Data Saver\b"),
    _shown("bar_saver_on", _BAR, r"\bData Saver on\b"),
    _shown("bar_apn", _BAR, r"\bset the APN\b"),
    _shown("apps", r"\bapps are installed on the phone: ([\w, ]+)", r"\blist of installed apps\b"),
    _shown("app_status", r"\bPermissions Granted:\s*((?:- \w+\s*)+|None)", r"\bwhat the \w+ app may use\b"),
    _shown("storage_granted", r"\b(Permission 'storage' granted)", r"\bstorage permission\b"),
    _shown("sms_granted", r"\b(Permission 'sms' granted)", r"\bsms permission\b"),
]

CUES = {
    "no_service": any_of(
        r"\bno (?:service|signal|reception|network)\b",
        r"\b(?:lost|losing|without|lose|find|finds|finding) (?:all |any |a |the |its )?(?:service|signal|reception|network)\b",
        r"\bcut off from the network\b",
    ),
    "mobile_data": any_of(
        r"\b(?:mobile|cellular) data\b",
        r"\b(?:my|no|the|mobile) internet\b",
        r"\binternet (?:on|over) (?:my|the) phone\b",
        r"\bbrows\w+\b[^.!?]*\b(?:phone|slow\w*|crawl\w*)\b",
        r"\b(?:phone|web|page|pages)\b[^.!?]*\bloads?\b[^.!?]*\b(?:slow\w*|forever|never)\b",
    ),
    "mms": any_of(
        r"\bMMS\b",
        r"\bpicture messag\w+",
        r"\b(?:send|sending|share|sharing|text|texting)\b[^.!?]*\b(?:pictures?|photos?|pics?|videos?)\b",
    ),
    "refuel": any_of(
        rf"\b(?:{_MORE})\b{_IN_SENTENCE}\b(?:data|GB|gigabytes?|gigs?)\b",
        r"\bdata\b[^.!?]*\b(?:top-up|topped up|refuel\w*)\b",
    ),
    "pay_bill": any_of(r"\bbills?\b", r"\binvoices?\b"),
    "travel": any_of(
        r"\broaming\b", r"\b(?:go|going|fly|flying|travel|travelling|trip|use\w*|work\w*|head\w*|off|while)\b[^.!?]*\babroad\b"
    ),
    "wifi": r"\bwi-?fi (?:on|connection)\b|\b(?:switch|turn) on (?:my |the )?wi-?fi\b|\bwireless at home\b",
    "vpn": r"\bVPN\b",
    "data_saver": r"\bdata saver\b|\bsaving mode\b",
    "apn": r"\bAPN\b|\baccess point\b",
    "app_access": r"\bapp\b[^.!?]*\bpermissions?\b|\bpermissions?\b[^.!?]*\bapp\b",
    "suspend": r"\bsuspen\w+\b|\bpause my line\b",
    "stay_home": r"\b(?:in|from) (?:other|foreign) countries\b|\boutside (?:of )?(?:my|the) (?:own )?country\b",
    "hand_over": any_of(
        r"\b(?:human|real person|actual person|representative|supervisor|manager|live agent|person to talk to)",
        r"\b(?:speak|talk) (?:to|with|wiht) (?:a|some)",
    ),
}
"""Skill -> how its request is recognised; no cue matches a request for anything else."""

_PAYING = ("payment_request", "payment")
_SERVICE = ("bar", "bar_airplane", "bar_sim", "bar_resumed", "bar_restarted", "sim", "apn", "apn_reset", *_PAYING)
_DATA = (*_SERVICE, "place", "amount", "bar_data", "bar_roaming", "bar_mode", "roaming", "mode")
_MMS = ("able", "able_now", "wifi_calling", "bar_wifi_calling", "permissions", "storage_granted", "sms_granted")
SKILLS = [
    Skill("no_service", CUES["no_service"], scripts.no_service, _SERVICE, "complaint"),
    Skill("mobile_data", CUES["mobile_data"], scripts.mobile_data, (*_DATA, "bar_saver", "bar_vpn", "speed"), "complaint"),
    Skill("mms", CUES["mms"], scripts.mms, (*_DATA, *_MMS), "complaint"),
    Skill("refuel", CUES["refuel"], scripts.refuel, ("amount",)),
    Skill("pay_bill", CUES["pay_bill"], scripts.pay_bill, _PAYING, "checkout"),
    Skill("travel", CUES["travel"], scripts.travel),
    Skill("wifi", CUES["wifi"], comfort.wifi, ("wifi", "bar_wifi")),
    Skill("vpn", CUES["vpn"], comfort.vpn, ("vpn", "bar_vpn_on")),
    Skill("data_saver", CUES["data_saver"], comfort.data_saver, ("saver", "bar_saver_on")),
    Skill("apn", CUES["apn"], comfort.apn, ("apn", "bar_apn"), "complaint"),
    Skill("app_access", CUES["app_access"], comfort.app_access, ("app_name", "apps", "app_status")),
    Skill("suspend", CUES["suspend"], comfort.suspend, ("why",), "account_issue"),
    Skill("stay_home", CUES["stay_home"], comfort.stay_home),
    Skill("hand_over", CUES["hand_over"], scripts.hand_over, kind="escalation"),
]


def authenticate(s: Script) -> Any:
    """Who the customer is: by the number of their line, else by their own, else by name and date of birth; returns the customer."""
    if s.unknown("phone_number") and not s.has("phone_number"):
        return _otherwise(s)
    number = s.need("phone_number")
    try:
        return s.look("get_customer_by_phone", phone_number=number)
    except LookupRefused:
        s.ask_again("phone_number", "authenticate.not_found", wrong=number)


def _otherwise(s: Script) -> Any:
    if s.unknown("customer_id") and not s.has("customer_id"):
        found = s.look("get_customer_by_name", full_name=s.need("name"), dob=s.need("dob"))
        if len(found) != 1:
            s.ask_again("name", "authenticate.no_such_name", wrong=s.need("name"))
        return found[0]
    number = s.need("customer_id")
    try:
        return s.look("get_customer_by_id", customer_id=number)
    except LookupRefused:
        s.ask_again("customer_id", "authenticate.no_such_id", wrong=number)
