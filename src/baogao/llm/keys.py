"""A key as people give it: mended where it is plain what is meant, else one sentence that does not show it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from baogao.errors import UsageError

_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
"""Characters without width that come along when a key is copied; ``str.strip`` leaves them."""
_QUOTES = ('""', "''", "``", "“”", "‘’", "「」")
_BEARER = re.compile(r"\Abearer\s+", re.I)
_LONGEST = 8000
"""Characters: more than any server takes in the head of a request."""

_NOT_A_KEY = (
    (r"[^\r\n]*[\r\n][\s\S]*", "it has several lines"),
    (
        r"""(?i)(export\s|set\s|setx\s|\$env:|--[a-z]|-H\s|\W?[\w.-]*(key|token|secret)["']?\s*[=:]\s*[^\s=]).*""",
        "it is a whole line of settings, and not only what stands behind the sign",
    ),
    (r"(?i)(authorization|x-[\w-]+)\s*:.*", "it is a whole header"),
    (r"[{\[].*", "it is JSON"),
    (r"(?i)[a-z][a-z0-9+.-]*://.*", "it is a URL"),
    (r"[$%<].*|.*(\.\.\.|…|\*{3}).*", "it stands for a key, or shows a part of one"),
    (r"""["'`“”‘’「」].*|.*["'`“”‘’「」]""", "a quotation mark is at one of its ends"),
    (r".*[,;]", "a comma or a semicolon is at its end"),
    (r"(?i)bearer", "nothing stands behind the word Bearer"),
)
"""What is no key, each with words for it; the first that fits is said. None of the words holds anything of the key."""
_FAULTS = [(re.compile(pattern), words) for pattern, words in _NOT_A_KEY]

_TELLING = 16
"""Characters: a shorter word may be in an argument by chance."""
_LOOKS = re.compile(
    r"(?=\S*[0-9])((sk|xai|nvapi|pplx|csk)-[\w-]{16,}|(gsk|hf|ghp)_\w{16,}|AIza[\w-]{30,}|bce-v3/[\w/-]{16,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|[0-9a-f]{32}\.\w{16})"
)
"""Keys as the well-known services make them."""


def read_key(given: str) -> str:
    """The key in what was given; nothing where there is none.

    White space, characters without width and quotation marks around it, and ``Bearer`` in front of it, are left out.

    :raises ValueError: it can be no key; the words say why, and show nothing of it.
    """
    key, before = given, None
    while key != before:
        before = key
        key = _BEARER.sub("", key.strip().strip(_UNSEEN))
        if len(key) > 1 and key[0] + key[-1] in _QUOTES:
            key = key[1:-1]
    if fault := _fault(key):
        raise ValueError(f"{fault}; the key in OPENAI_API_KEY is one word")
    return key


def _fault(key: str) -> str:
    """Why a word is no key; empty where it may be one."""
    for pattern, words in _FAULTS:
        if pattern.fullmatch(key):
            return words
    if not key.isascii():
        return "a character outside ASCII is in it, a full-width one perhaps"
    if not all("!" <= char <= "~" for char in key):
        return "a blank or a control character is in it"
    if len(key) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    return "it is the name of a file, and not what stands in it" if _is_file(key) else ""


def _is_file(key: str) -> bool:
    try:
        return ("/" in key or "\\" in key or key.endswith((".txt", ".key", ".json"))) and Path(key).is_file()
    except OSError:  # too long for a name
        return False


def looks_like_key(text: str) -> bool:
    """Whether a word is made as the keys of well-known services are."""
    return _LOOKS.fullmatch(text) is not None


def holds_key(text: str) -> bool:
    """Whether a word, or a part of a URL, is made so."""
    return any(map(looks_like_key, (text, *re.split(r"[/:.@]+", text))))


def refuse_keys(arguments: Iterable[str], key: str) -> None:
    """See that no argument of a command is a key: it would stand in messages, and in the list of processes.

    :param key: what the environment has for one.
    :raises UsageError: one is; it is not shown.
    """
    for argument in arguments:
        words = {argument, *re.split(r"[\s=:,'\"]+", argument)}
        if "://" in argument:  # a URL is looked at where it is read
            continue
        if any(map(looks_like_key, words)) or (len(key) >= _TELLING and key in words):
            raise UsageError(
                "one of the arguments is a key, which anybody could read in the list of processes; "
                "a key is given in OPENAI_API_KEY"
            )
