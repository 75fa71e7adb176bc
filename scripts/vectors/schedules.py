"""Writes test/vectors/schedules.json: the draws of docs/spec/schedules.md, computed by another language's HMAC.

Run from the repository's root: python3 scripts/vectors/schedules.py > test/vectors/schedules.json
"""
import hashlib
import hmac
import json

SEEDS = ["00" * 32, "ff" * 32, hashlib.sha256(b"zhenxue").hexdigest(), "0123456789abcdef" * 4]


def draw(seed, label, n, slot, low, high):
    mac = hmac.new(bytes.fromhex(seed), f"{label}:{n}".encode("ascii"), hashlib.sha256).digest()
    value = int.from_bytes(mac[6 * slot : 6 * slot + 6], "big")
    return low + value % (high - low + 1)


ALPHABET = "23456789ACEFHJKLMNPRTVWXY"
CODE_PERMILLE = 500


def code(v):
    text = ""
    for _ in range(4):
        text, v = ALPHABET[v % 25] + text, v // 25
    return text


def popup(seed, n, low, high):
    press = draw(seed, "popup", n, 1, 0, 1) == 0
    first, second = ((0, 1000), (0, 1000)) if press else ((1, 20), (1, 20))
    a, b = draw(seed, "popup", n, 2, *first), draw(seed, "popup", n, 3, *second)
    question = {"type": "press", "x": a, "y": b} if press else {"type": "sum", "a": a, "b": b}
    look = draw(seed, "popup", n, 4, 0, 1000 * 25**4 - 1)
    if not press and look // 25**4 < CODE_PERMILLE:
        question = {"type": "code", "code": code(look % 25**4), "look": look, "a": a, "b": b}
    return {"n": n, "afterMs": draw(seed, "popup", n, 0, low, high), "challenge": question}


def vector(seed):
    return {
        "seed": seed,
        "draws": [
            {"label": label, "n": n, "slot": slot, "low": low, "high": high, "value": draw(seed, label, n, slot, low, high)}
            for label in ("popup", "photo", "liveness")
            for n, slot, low, high in ((1, 0, 120000, 240000), (2, 4, 0, 1), (77, 3, 5, 5), (4096, 1, 0, 2147483646))
        ],
        "popups": {"dueMinMs": 120000, "dueMaxMs": 240000, "list": [popup(seed, n, 120000, 240000) for n in range(1, 9)]},
        "photo": {"fromMs": 0, "toMs": 600000, "dueAtCreditedMs": draw(seed, "photo", 1, 0, 0, 599999)},
        "liveness": {"toMs": 600000, "dueAtCreditedMs": draw(seed, "liveness", 1, 0, 0, 599999)},
    }


print(json.dumps([vector(seed) for seed in SEEDS], indent=1))
